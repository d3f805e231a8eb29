"""asyncio: who awaits a task runs later, in its turn."""
import asyncio


async def completes():
    await asyncio.sleep(0)
    print(" completes", end="")


async def awaits(task):
    await task
    print(" awaiter", end="")


async def bystander():
    await asyncio.sleep(0)
    print(" bystander", end="")


async def main():
    print("order:", end="")
    task = asyncio.create_task(completes())
    others = [asyncio.create_task(awaits(task)), asyncio.create_task(bystander())]
    for other in others:
        await other
    print()


asyncio.run(main())
