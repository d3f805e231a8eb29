"""How many cores two threads of Python use."""
import time
from concurrent.futures import ThreadPoolExecutor


def compute():
    sum(range(5_000_000))


with ThreadPoolExecutor(2) as pool:
    wall, used = time.monotonic(), time.process_time()
    for job in [pool.submit(compute) for _ in range(6)]:
        job.result()
    print("processor seconds a second, two threads of Python: %.1f"
          % ((time.process_time() - used) / (time.monotonic() - wall)))
