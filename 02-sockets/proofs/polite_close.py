"""asyncio: close() sends what is buffered, and then closes."""
import asyncio
import socket


async def main():
    ours, peer = socket.socketpair()
    _, writer = await asyncio.open_connection(sock=ours)
    writer.write(bytes(1000000))
    writer.close()
    print("asyncio: after close(), in the buffer:",
          "bytes" if writer.transport.get_write_buffer_size() else "nothing")
    reader, peer_writer = await asyncio.open_connection(sock=peer)
    print("the peer gets", len(await reader.read()), "bytes of 1000000")
    await writer.wait_closed()
    peer_writer.close()
    await peer_writer.wait_closed()


asyncio.run(main())
