"""In asyncio call_soon is a queue: first come, first served."""
import asyncio


async def main():
    loop = asyncio.get_running_loop()
    print("asyncio, call_soon 0 … 7, ran: ", end="")
    for i in range(8):
        loop.call_soon(lambda i=i: print(f" {i}", end=""))
    await asyncio.sleep(0)
    print()


asyncio.run(main())
