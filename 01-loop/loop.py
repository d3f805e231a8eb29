"""The asyncio twin of loop.c.  Run: python3 loop.py"""
import asyncio


async def task():
    await asyncio.sleep(1)
    return "Task completed"


async def main():
    # Something else that waits on the same loop; it is not due for an hour.
    asyncio.get_running_loop().call_later(3600, print, "an hour has passed")
    return await task()


print(asyncio.run(main()))  # run() is run_until_complete() and cleaning up
