"""The asyncio twin of echo.c.  Run: python3 echo.py [-a ADDRESS] [-p PORT]"""
import argparse
import asyncio
import resource
import signal
import sys


async def handle_connection(reader, writer):
    try:
        while True:
            message = await reader.read(64 * 1024)
            if not message:  # EOF: the client has sent all it will
                break
            writer.write(message)
            await writer.drain()  # it reads: read on
    except ConnectionError:
        pass
    finally:  # after an error, or when it is cancelled, too
        writer.close()
    try:
        await writer.wait_closed()
    except ConnectionError:
        pass


async def main(options):
    server = await asyncio.start_server(
        handle_connection, options.a, options.p, backlog=4096)
    host, port = server.sockets[0].getsockname()[:2]
    host = f"[{host}]" if ":" in host else host
    print(f"echo.py: listening on {host}:{port}", file=sys.stderr)
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await stop.wait()
    # The end of asyncio.run cancels the connections, without grace. Not `async
    # with server`: from Python 3.12 on its end waits for all clients.
    server.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("-a", default="127.0.0.1", metavar="ADDRESS")
    parser.add_argument("-p", type=int, default=8888, metavar="PORT")
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    asyncio.run(main(parser.parse_args()))
