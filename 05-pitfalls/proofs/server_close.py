"""asyncio: what wait_closed of a closed server waits for while a client is idle."""
import asyncio


async def main():
    accepted = asyncio.Event()

    async def serve(reader, writer):
        accepted.set()
        await reader.read()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    _, idle = await asyncio.open_connection(*server.sockets[0].getsockname())
    await accepted.wait()
    server.close()
    closed = asyncio.create_task(server.wait_closed())
    await asyncio.wait([closed], timeout=0.05)
    print("asyncio, a client is idle: wait_closed",
          "has returned" if closed.done() else "waits")
    if hasattr(server, "close_clients"):
        server.close_clients()
        await closed
        print("after close_clients: wait_closed has returned")
    idle.close()
    await idle.wait_closed()
    await closed


asyncio.run(main())
