"""asyncio: wait_for looks at the state again: a result that is there counts."""
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
        print("asyncio: wait_for timed out")


asyncio.run(main())
