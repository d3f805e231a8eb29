"""The asyncio twin of gather.c.  Run: python3 gather.py"""
import asyncio


async def square(number, ms):
    try:
        await asyncio.sleep(ms / 1000)
        if number == 0:
            raise ValueError("zero has no place here")
        print(f"  squared {number}")
        return number * number
    except asyncio.CancelledError:
        print(f"  {number} was cancelled")
        raise


async def main():
    print("gather")
    results = await asyncio.gather(square(3, 150), square(2, 50), square(1, 100))
    print("results:", *results)

    print("gather, one fails")
    tasks = [asyncio.create_task(square(*args))
             for args in [(3, 700), (0, 50), (1, 600)]]
    try:
        await asyncio.gather(*tasks)
    except ValueError as error:
        print("error:", error)
    await tasks[2]  # the siblings go on
    await tasks[0]

    print("group, one fails")
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(square(*args))
                     for args in [(3, 2000), (0, 100), (1, 50)]]
    except* ValueError as errors:
        print("error:", errors.exceptions[0])


asyncio.run(main())
