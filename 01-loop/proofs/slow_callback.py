"""asyncio's debug mode names every callback that takes longer than 100 ms."""
import asyncio
import time


async def main():
    asyncio.get_running_loop().call_soon(time.sleep, 0.2)
    await asyncio.sleep(0)


asyncio.run(main(), debug=True)
