"""asyncio: a task starts in its turn; an eager one, from Python 3.12 on, at once."""
import asyncio


async def task(name):
    print(name, "starts")


async def main():
    waiting = asyncio.create_task(task("a task"))
    print("a task is created")
    await waiting
    if hasattr(asyncio, "eager_task_factory"):
        asyncio.get_running_loop().set_task_factory(asyncio.eager_task_factory)
        waiting = asyncio.create_task(task("an eager task"))
        print("an eager task is created")
        await waiting


asyncio.run(main())
