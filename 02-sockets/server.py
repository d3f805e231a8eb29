"""The asyncio twin of server.c.  Run: python3 server.py [-p PORT]

Python prints control characters raw; our server escapes them.
"""
import argparse
import asyncio
import signal
import sys


async def handle(reader, writer):
    try:
        data = await reader.read(1024)
        message = data.decode(errors="backslashreplace")
        peer = writer.get_extra_info("peername")
        print(f"Received {message} from {peer}", flush=True)
        writer.write(data)
        await writer.drain()
    finally:
        writer.close()  # even if the end of asyncio.run cancels this task
    await writer.wait_closed()


async def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("-a", default="127.0.0.1", metavar="ADDRESS")
    parser.add_argument("-p", type=int, default=8888, metavar="PORT")
    options = parser.parse_args()

    server = await asyncio.start_server(handle, options.a, options.p)
    host, port = server.sockets[0].getsockname()[:2]
    print(f"server.py: listening on {host}:{port}", file=sys.stderr)
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await stop.wait()
    # Not `async with server`: from Python 3.12 on its end waits for all clients.
    server.close()


asyncio.run(main())
