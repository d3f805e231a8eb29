"""asyncio: write() takes everything, too; it is drain() that waits."""
import asyncio
import socket


async def main():
    ours, peer = socket.socketpair()
    _, writer = await asyncio.open_connection(sock=ours)
    for _ in range(256):
        writer.write(bytes(65536))
    low, high = writer.transport.get_write_buffer_limits()
    print("asyncio: marks of", low, "and", high, "bytes, in the buffer:",
          writer.transport.get_write_buffer_size(), "bytes")
    waiting = asyncio.ensure_future(writer.drain())
    await asyncio.sleep(0.05)
    print("drain():", "has returned" if waiting.done() else "waits")
    while not waiting.done():
        await asyncio.sleep(0)  # the peer reads a little
        peer.recv(65536)
    print("the peer reads: drain() has returned, in the buffer:",
          writer.transport.get_write_buffer_size() <= low and "no more than the low mark")
    writer.transport.abort()
    peer.close()


asyncio.run(main())
