"""asyncio.open_connection to a name with two addresses, the first of which
swallows packets: with and without happy_eyeballs_delay.
"""
import asyncio
import socket


def listening(address, port):
    """Returns a listening socket whose queue has room for one."""
    server = socket.socket()
    server.bind((address, port))
    server.listen(0)
    return server


async def connect(**arguments):
    try:
        async with asyncio.timeout(1):
            _, writer = await asyncio.open_connection("both.test", port, **arguments)
    except TimeoutError:
        return "not connected after 1 s"
    peer, _ = writer.get_extra_info("peername")
    writer.close()
    return f"connected to {peer}"


async def main():
    async def getaddrinfo(host, port, **_):
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))
                for address in ("127.0.0.2", "127.0.0.3")]

    asyncio.get_running_loop().getaddrinfo = getaddrinfo
    print("open_connection:", await connect())
    print("happy_eyeballs_delay=0.25:", await connect(happy_eyeballs_delay=0.25))


full = listening("127.0.0.2", 0)
port = full.getsockname()[1]
accepting = listening("127.0.0.3", port)
peers = [socket.socket() for _ in range(3)]
for one in peers:
    one.setblocking(False)
    one.connect_ex(full.getsockname())
asyncio.run(main())
for one in full, accepting, *peers:
    one.close()
