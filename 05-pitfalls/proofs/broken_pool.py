"""A worker of a ProcessPoolExecutor is killed in mid-job."""
import asyncio
import os
import signal
import time
from concurrent.futures import ProcessPoolExecutor


async def main():
    loop = asyncio.get_running_loop()
    with ProcessPoolExecutor(2) as pool:
        victim = await loop.run_in_executor(pool, os.getpid)
        jobs = [loop.run_in_executor(pool, time.sleep, 30) for _ in range(4)]
        os.kill(victim, signal.SIGKILL)
        results = await asyncio.gather(*jobs, return_exceptions=True)
        print("asyncio: one worker of two dies, four jobs:",
              *(type(r).__name__ for r in results))
        try:
            await loop.run_in_executor(pool, abs, -1)
            print("the next one: works")
        except Exception as error:
            print("the next one:", type(error).__name__)


if __name__ == "__main__":  # workers import this file, from Python 3.14 on
    asyncio.run(main())
