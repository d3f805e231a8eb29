"""What a stopped asyncio server does with a connection that is open. See 03-19."""
import asyncio


async def handle(reader, writer):
    try:
        await reader.read(1)
    except asyncio.CancelledError:
        print("asyncio.run has cancelled the connection")
    finally:
        writer.close()


async def main():
    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    address = server.sockets[0].getsockname()
    held = await asyncio.open_connection(*address)
    await asyncio.sleep(0.01)
    server.close()
    try:
        await asyncio.open_connection(*address)
    except ConnectionRefusedError:
        print("new clients are refused")
    try:
        await asyncio.wait_for(held[0].read(1), 0.05)
    except asyncio.TimeoutError:
        print("the old one is left alone")
    try:
        await asyncio.wait_for(server.wait_closed(), 0.05)
        print("wait_closed does not wait for it")
    except asyncio.TimeoutError:
        print("wait_closed waits for it")
    return held  # else its end of the connection would go before


asyncio.run(main())
