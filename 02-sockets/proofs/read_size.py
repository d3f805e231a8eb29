"""asyncio reads up to 256 KiB at a time."""
import asyncio
import socket


class Reader(asyncio.Protocol):
    def __init__(self):
        self.sizes = []
        self.over = asyncio.get_running_loop().create_future()

    def data_received(self, data):
        self.sizes.append(len(data))

    def connection_lost(self, error):
        self.over.set_result(error)


async def main():
    ours, peer = socket.socketpair()
    peer.sendall(bytes(65536))
    peer.close()
    _, reader = await asyncio.get_running_loop().create_connection(Reader, sock=ours)
    await reader.over
    print(f"asyncio: 65536 bytes lie ready: reads: {len(reader.sizes)}, "
          f"of {max(reader.sizes)} bytes at most")


asyncio.run(main())
