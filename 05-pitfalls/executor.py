"""The asyncio twin of executor.c.

Run: python3 executor.py [processes | threads | broken] [JOBS] [UPTO]
"""
import asyncio
import sys
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor


def compute(upto):
    return sum(range(upto))


async def heartbeat(gaps):
    last = time.monotonic()
    try:
        while True:
            await asyncio.sleep(0.01)
            gaps.append(time.monotonic() - last)
            last = time.monotonic()
    finally:
        gaps.append(time.monotonic() - last)


async def main(scene="processes", jobs=1, upto=1000000):
    loop = asyncio.get_running_loop()
    gaps = []
    beating = asyncio.create_task(heartbeat(gaps))
    await asyncio.sleep(0)
    if scene == "broken":
        results = [compute(upto) for _ in range(jobs)]
    else:
        pools = {"processes": ProcessPoolExecutor, "threads": ThreadPoolExecutor}
        with pools[scene]() as pool:
            results = await asyncio.gather(
                *(loop.run_in_executor(pool, compute, upto) for _ in range(jobs)))
    for result in results:
        print("Result:", result)
    beating.cancel()
    await asyncio.wait([beating])
    print(f"longest gap of the 10 ms heartbeat: {max(gaps) * 1000:.1f} ms",
          file=sys.stderr)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:2], *map(int, sys.argv[2:])))
