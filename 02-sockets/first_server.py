"""The asyncio twin of first_server.c.  Run: python3 first_server.py [-p PORT]

It lacks back-pressure, too: no drain. But it gives a client that has sent all
what it is still owed: close() sends that first.
"""
import argparse
import asyncio
import signal
import sys


async def handle(reader, writer):
    try:
        while data := await reader.read(4096):
            writer.write(data)
    except ConnectionError:
        pass  # a reset
    finally:
        writer.close()


async def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("-p", type=int, default=8888, metavar="PORT")
    options = parser.parse_args()

    server = await asyncio.start_server(handle, "127.0.0.1", options.p)
    port = server.sockets[0].getsockname()[1]
    print(f"first_server.py: listening on 127.0.0.1:{port}", file=sys.stderr)
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await stop.wait()
    # Not `async with server`: from Python 3.12 on its end waits for all clients.
    server.close()


asyncio.run(main())
