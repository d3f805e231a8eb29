"""asyncio sets TCP_NODELAY on every TCP connection."""
import asyncio
import socket


async def main():
    server = await asyncio.start_server(lambda _, w: w.close(), "127.0.0.1", 0)
    _, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
    on = writer.get_extra_info("socket").getsockopt(
        socket.IPPROTO_TCP, socket.TCP_NODELAY)
    print("asyncio: TCP_NODELAY is", "on" if on else "off")
    writer.close()
    await writer.wait_closed()
    server.close()


asyncio.run(main())
