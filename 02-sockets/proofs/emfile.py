"""asyncio stops listening for a second when descriptors run out."""
import asyncio
import logging
import resource
import socket


class Count(logging.Handler):
    calls = 0

    def emit(self, record):
        self.calls += 1
        if self.calls == 1:
            print("asyncio:", record.getMessage().splitlines()[0])


async def main():
    count = Count()
    logging.getLogger("asyncio").addHandler(count)
    logging.getLogger("asyncio").propagate = False
    server = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
    with socket.create_connection(server.sockets[0].getsockname()) as client:
        old = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (client.fileno() + 1, old[1]))
        await asyncio.sleep(0.3)
        resource.setrlimit(resource.RLIMIT_NOFILE, old)
    server.close()
    print("messages in 300 ms:", count.calls)


asyncio.run(main())
