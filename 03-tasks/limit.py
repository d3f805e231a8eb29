"""The asyncio twin of limit.c.  Run: python3 limit.py"""
import asyncio

at_work = most = 0


async def job(semaphore, number):
    global at_work, most
    async with semaphore:
        at_work += 1
        most = max(most, at_work)
        print(f"job {number}")
        await asyncio.sleep(0.05)
        at_work -= 1


async def main():
    semaphore = asyncio.Semaphore(3)
    async with asyncio.TaskGroup() as group:
        for number in range(1, 11):
            group.create_task(job(semaphore, number))
    print(f"at most {most} at once")


asyncio.run(main())
