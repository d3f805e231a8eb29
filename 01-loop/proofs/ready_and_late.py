"""asyncio: a result that is there when wait_for handles its timeout counts until
Python 3.11. From 3.12 on wait_for times out, and the future keeps its result."""
import asyncio
import time


async def main():
    loop = asyncio.get_running_loop()
    result = loop.create_future()
    loop.call_later(0.02, result.set_result, "the result")
    loop.call_soon(time.sleep, 0.1)  # both are late when the loop looks again
    try:
        print("asyncio: wait_for gave", await asyncio.wait_for(result, 0.05))
    except asyncio.TimeoutError:
        print("asyncio: wait_for timed out, its future has", result.result())


asyncio.run(main())
