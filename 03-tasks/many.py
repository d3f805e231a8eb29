"""The asyncio twin of many.c: the same measurements, with its own figures.
Run: python3 many.py [--uvloop] [-n TASKS] [-k SWITCHES]"""
import argparse
import asyncio
import random
import resource
import time


def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * resource.getpagesize()


async def sleeper(seconds):
    await asyncio.sleep(seconds)


async def yielder(left):
    while left > 0:
        left -= 1
        await asyncio.sleep(0)


async def main(tasks, switches):
    before = resident()
    began = time.process_time()
    all = [asyncio.create_task(sleeper(0.1 + random.random() * tasks / 1e6))
           for _ in range(tasks)]
    await asyncio.sleep(0)
    size = (resident() - before) / tasks
    for task in all:
        await task
    timers = tasks / (time.process_time() - began)

    all = [asyncio.create_task(yielder(switches)) for _ in range(tasks)]
    await asyncio.sleep(0)
    began = time.process_time()
    for task in all:
        await task
    switched = tasks * (switches - 1) / (time.process_time() - began)
    print(f"tasks        {tasks}\nbytes/task   {size:.0f}\n"
          f"timers/s     {timers:.0f}\nswitches/s   {switched:.0f}")


parser = argparse.ArgumentParser()
parser.add_argument("--uvloop", action="store_true")
parser.add_argument("-n", type=int, default=100000)
parser.add_argument("-k", type=int, default=10)
args = parser.parse_args()
new_loop = None  # asyncio's own
if args.uvloop:
    import uvloop
    new_loop = uvloop.new_event_loop
with asyncio.Runner(loop_factory=new_loop) as runner:
    runner.run(main(args.n, args.k))
