"""`value += 1` loses nothing, awaits before and after; `value += await …` does."""
import asyncio

value = 0


async def one():
    await asyncio.sleep(0)
    return 1


async def add():
    global value
    await asyncio.sleep(0)
    value += 1
    await asyncio.sleep(0)


async def add_awaited():
    global value
    value += await one()  # value is read before the await


async def main():
    global value
    await asyncio.gather(*(add() for _ in range(10)))
    print("value += 1:", value)
    value = 0
    await asyncio.gather(*(add_awaited() for _ in range(10)))
    print("value += await one():", value)


asyncio.run(main())
