"""The asyncio twin of tasks.c.  Run: python3 tasks.py"""
import asyncio


async def task(number, seconds):
    await asyncio.sleep(seconds)
    print(f"Task {number} completed")


async def main():
    first = asyncio.create_task(task(1, 2))
    second = asyncio.create_task(task(2, 1))
    await first
    await second


asyncio.run(main())
