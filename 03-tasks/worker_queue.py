"""The asyncio twin of worker_queue.c.  Run: python3 worker_queue.py"""
import asyncio


# Python 3.13 has queue.shutdown(); till then a None for each worker ends it.
async def producer(queue):
    for job in range(1, 7):
        await queue.put(job)
        print(f"queued job {job}")
    for _ in range(2):
        await queue.put(None)


async def worker(queue, number, ms):
    while (job := await queue.get()) is not None:
        await asyncio.sleep(ms / 1000)
        print(f"worker {number}: job {job} done")


async def main():
    queue = asyncio.Queue(2)
    async with asyncio.TaskGroup() as group:
        for number, ms in enumerate([30, 600], start=1):
            group.create_task(worker(queue, number, ms))
        group.create_task(producer(queue))
    print("all done")


asyncio.run(main())
