"""asyncio: a line that is longer than the limit is an error."""
import asyncio
import socket


async def main():
    ours, peer = socket.socketpair()
    reader, writer = await asyncio.open_connection(sock=ours, limit=4096)
    peer.sendall(b"x" * 5000)
    try:
        await reader.readline()
    except ValueError as error:
        print("asyncio: readline:", error)
    writer.close()
    await writer.wait_closed()
    peer.close()


asyncio.run(main())
