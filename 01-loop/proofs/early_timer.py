"""In asyncio a timer is never early: loop.time() is read when it is added."""
import asyncio
import time


async def main():
    loop = asyncio.get_running_loop()
    fired = loop.create_future()

    def block():
        time.sleep(0.19)
        added = time.monotonic()
        loop.call_later(0.2, lambda: fired.set_result(time.monotonic() - added))
        loop.call_soon(lambda: None)

    loop.call_soon(block)
    print(f"asyncio: added with 200 ms after a block, "
          f"fired after {await fired * 1000:.0f} ms")


asyncio.run(main())
