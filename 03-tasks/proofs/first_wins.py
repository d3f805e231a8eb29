"""asyncio: cancelled when its wait is over already, a task gets the
cancellation instead of what it waited for."""
import asyncio


async def waiter(future):
    try:
        print("waiter: got", await future)
    except asyncio.CancelledError:
        print("waiter: cancelled")


async def main():
    future = asyncio.get_running_loop().create_future()
    task = asyncio.create_task(waiter(future))
    await asyncio.sleep(0)
    future.set_result("the result")
    task.cancel()
    await asyncio.wait([task])


asyncio.run(main())
