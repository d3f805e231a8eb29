"""asyncio: while reading is paused no EOF is seen, either."""
import asyncio
import socket


class Peer(asyncio.Protocol):
    seen = "nothing"

    def eof_received(self):
        self.seen = "EOF"


async def main():
    ours, peer = socket.socketpair()
    transport, protocol = await asyncio.get_running_loop().create_connection(
        Peer, sock=ours)
    await asyncio.sleep(0)  # so long reading is not on yet
    transport.pause_reading()
    peer.close()
    await asyncio.sleep(0.1)
    print("asyncio: reading paused, the peer has closed:", protocol.seen)
    transport.resume_reading()
    await asyncio.sleep(0.1)
    print("asyncio: reading resumed:", protocol.seen)


asyncio.run(main())
