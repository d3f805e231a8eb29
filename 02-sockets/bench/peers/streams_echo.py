"""The echo of `server -k` on asyncio's streams, for bench/run to measure.

Run: python3 streams_echo.py [-p PORT]
"""
import argparse
import asyncio
import resource
import sys


async def handle(reader, writer):
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    except ConnectionError:
        pass
    finally:
        writer.close()


async def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("-p", type=int, default=8888, metavar="PORT")
    options = parser.parse_args()

    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    server = await asyncio.start_server(
        handle, "127.0.0.1", options.p, backlog=4096)
    port = server.sockets[0].getsockname()[1]
    print(f"streams_echo.py: listening on 127.0.0.1:{port}", file=sys.stderr)
    # Not serve_forever(): from Python 3.12 on its end waits for all clients.
    await asyncio.get_running_loop().create_future()


asyncio.run(main())
