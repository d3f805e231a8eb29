"""Python ignores SIGPIPE when it starts: a write to a closed peer is an error."""
import asyncio
import signal
import socket


async def main():
    print("SIGPIPE is", signal.getsignal(signal.SIGPIPE).name)
    ours, peer = socket.socketpair()
    _, writer = await asyncio.open_connection(sock=ours)
    peer.close()
    writer.write(b"hello")
    try:
        await asyncio.sleep(0)
        await writer.drain()
        writer.close()
        await writer.wait_closed()
    except ConnectionError as error:
        print("asyncio:", type(error).__name__)


asyncio.run(main())
