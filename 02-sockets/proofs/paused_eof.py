"""asyncio: while reading is paused no EOF is seen, either; a reset is, if we owe."""
import asyncio
import socket


class Peer(asyncio.Protocol):
    seen = "nothing"

    def eof_received(self):
        self.seen = "EOF"

    def connection_lost(self, error):
        self.seen = "lost" if error else self.seen


async def paused(owed):
    """Pauses reading and writes, and the peer closes. Returns our end."""
    ours, peer = socket.socketpair()
    transport, protocol = await asyncio.get_running_loop().create_connection(
        Peer, sock=ours)
    await asyncio.sleep(0)  # so long reading is not on yet
    transport.pause_reading()
    transport.write(bytes(owed))
    peer.close()
    await asyncio.sleep(0.1)
    print(f"asyncio: reading paused, {owed} bytes owed, the peer has closed:",
          protocol.seen)
    return transport, protocol


async def main():
    transport, protocol = await paused(0)
    transport.resume_reading()
    await asyncio.sleep(0.1)
    print("asyncio: reading resumed:", protocol.seen)
    await paused(1_000_000)


asyncio.run(main())
