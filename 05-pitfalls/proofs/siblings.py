"""One of several fails: gather lets the others go on, a TaskGroup cancels them."""
import asyncio


async def fail():
    raise RuntimeError("Simulated error")


async def sibling(name):
    try:
        await asyncio.sleep(0.05)
        print(name, "finished")
    except asyncio.CancelledError:
        print(name, "was cancelled")
        raise


async def main():
    others = asyncio.create_task(sibling("gather: the sibling"))
    try:
        await asyncio.gather(fail(), others)
    except RuntimeError as error:
        print("gather:", error)
    await others
    print("return_exceptions:",
          await asyncio.gather(fail(), asyncio.sleep(0, "a result"), return_exceptions=True))
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(sibling("TaskGroup: the sibling"))
            await asyncio.sleep(0)
            group.create_task(fail())
    except ExceptionGroup as errors:
        print("TaskGroup:", *errors.exceptions)


asyncio.run(main())
