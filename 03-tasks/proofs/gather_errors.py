"""asyncio: the second error of a gather is heard by nobody."""
import asyncio


async def fail(seconds, words):
    await asyncio.sleep(seconds)
    raise ValueError(words)


async def main():
    asyncio.get_running_loop().set_exception_handler(
        lambda loop, context: print("asyncio:", context["message"]))
    try:
        await asyncio.gather(fail(0.01, "first"), fail(0.02, "second"))
    except ValueError as error:
        print("caught:", error)
    await asyncio.sleep(0.05)
    print("nothing was said of the second")


asyncio.run(main())
