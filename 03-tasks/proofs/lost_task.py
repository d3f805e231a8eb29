"""asyncio: a task that nobody keeps may be collected in the middle of its work.

The loop keeps weak references only. Whoever waits for it is kept by what it
waits for; where that is kept by nobody either, both are garbage."""
import asyncio
import gc


async def work():
    await asyncio.get_running_loop().create_future()  # only we know of it


async def main():
    asyncio.get_running_loop().set_exception_handler(
        lambda loop, context: print("asyncio:", context["message"]))
    asyncio.create_task(work())  # and no reference is kept
    await asyncio.sleep(0)
    print("tasks:", len(asyncio.all_tasks()))
    gc.collect()
    print("tasks after a collection:", len(asyncio.all_tasks()))


asyncio.run(main())
