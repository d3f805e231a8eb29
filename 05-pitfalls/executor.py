"""The asyncio twin of executor.c.

Run: python3 executor.py [-w WORKERS] [-j JOBS] [-n UPTO] [SCENE]
"""
import argparse
import asyncio
import os
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


async def main(scene, workers, jobs, upto):
    loop = asyncio.get_running_loop()
    gaps = []
    beating = asyncio.create_task(heartbeat(gaps))
    await asyncio.sleep(0)
    began = time.monotonic()
    if scene == "broken":
        results = [compute(upto) for _ in range(jobs)]
        seconds = time.monotonic() - began
    else:
        pools = {"processes": ProcessPoolExecutor, "threads": ThreadPoolExecutor}
        with pools[scene](workers) as pool:
            await loop.run_in_executor(pool, compute, 0)  # starts the workers
            began = time.monotonic()
            results = await asyncio.gather(
                *(loop.run_in_executor(pool, compute, upto) for _ in range(jobs)))
            seconds = time.monotonic() - began
    for result in results:
        print("Result:", result)
    beating.cancel()
    await asyncio.wait([beating])
    print(f"executor.py: {jobs} jobs in {seconds:.3f} s, longest gap of the"
          f" 10 ms heartbeat: {max(gaps) * 1000:.1f} ms", file=sys.stderr)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("-w", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("-j", type=int, default=1)
    parser.add_argument("-n", type=int, default=1000000)
    parser.add_argument("scene", nargs="?", default="processes",
                        choices=["processes", "threads", "broken"])
    options = parser.parse_args()
    asyncio.run(main(options.scene, options.w, options.j, options.n))
