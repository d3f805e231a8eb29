"""asyncio's drain: no wait below the high mark, a wait above it. See 03-18."""
import asyncio
import socket


async def main():
    ours, peers = socket.socketpair()  # the peer never reads
    with peers:
        reader, writer = await asyncio.open_connection(sock=ours)
        print("low, high:", writer.transport.get_write_buffer_limits())
        writer.write(bytes(10_000))
        await asyncio.wait_for(writer.drain(), 1)
        print("a little: drain is over")
        writer.write(bytes(10_000_000))
        try:
            await asyncio.wait_for(writer.drain(), 0.05)
        except asyncio.TimeoutError:
            print("much: drain waits")
        writer.transport.abort()


asyncio.run(main())
