"""In asyncio a blocking callback delays a timer once: the time is read anew."""
import asyncio
import time


async def main():
    loop = asyncio.get_running_loop()
    start = time.monotonic()
    fired = loop.create_future()
    loop.call_later(0.1, lambda: fired.set_result(time.monotonic() - start))
    loop.call_soon(time.sleep, 0.3)
    print(f"asyncio:     fired at {await fired * 1000:.0f} ms")


asyncio.run(main())
