"""The asyncio twin of raw_server.c: a Protocol instead of streams.

Run: python3 raw_server.py [-a ADDRESS] [-p PORT] [--uvloop]
"""
import argparse
import asyncio
import resource
import signal
import socket
import sys


class Echo(asyncio.Protocol):
    connections = set()

    def connection_made(self, transport):
        self.transport = transport
        self.connections.add(self)

    def data_received(self, data):
        self.transport.write(data)  # sends at once what the socket takes

    # Back-pressure: above 64 KiB owed the first is called, below 16 the second.
    def pause_writing(self):
        if not self.transport.is_closing():
            self.transport.pause_reading()

    def resume_writing(self):
        if not self.transport.is_closing():
            self.transport.resume_reading()

    # After EOF asyncio itself delivers what is owed, and closes.

    def connection_lost(self, error):
        self.connections.discard(self)


async def main(options):
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        Echo, options.a, options.p, backlog=socket.SOMAXCONN)
    host, port = server.sockets[0].getsockname()[:2]
    host = f"[{host}]" if ":" in host else host
    print(f"raw_server.py: listening on {host}:{port}", file=sys.stderr)
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    await stop.wait()
    server.close()
    for echo in set(Echo.connections):
        echo.transport.close()  # reads no more, delivers what is owed
    end = loop.time() + 5
    while Echo.connections and loop.time() < end:
        await asyncio.sleep(0.01)
    for echo in set(Echo.connections):
        echo.transport.abort()


parser = argparse.ArgumentParser()
parser.add_argument("-a", default="127.0.0.1", metavar="ADDRESS")
parser.add_argument("-p", type=int, default=8888, metavar="PORT")
parser.add_argument("--uvloop", action="store_true", help="the loop of libuv")
arguments = parser.parse_args()
soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
new_loop = None  # asyncio's own
if arguments.uvloop:
    import uvloop
    new_loop = uvloop.new_event_loop
with asyncio.Runner(loop_factory=new_loop) as runner:
    runner.run(main(arguments))
