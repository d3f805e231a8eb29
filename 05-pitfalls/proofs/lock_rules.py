"""asyncio.Lock: first come, first served; no barging; anybody may release it."""
import asyncio


async def task(lock, name, again=False):
    await lock.acquire()
    print(name, "has the lock")
    await asyncio.sleep(0)
    lock.release()
    if again:
        await lock.acquire()
        print(name, "has it again")
        lock.release()


async def main():
    lock = asyncio.Lock()
    await asyncio.gather(task(lock, "0", True), task(lock, "1"), task(lock, "2"))

    await lock.acquire()
    waiter = asyncio.create_task(task(lock, "cancelled"))
    other = asyncio.create_task(task(lock, "3"))
    await asyncio.sleep(0)
    lock.release()  # it is on its way to the first waiter …
    waiter.cancel()  # … who is no longer there
    await asyncio.wait([waiter, other])

    await lock.acquire()

    async def stranger():
        lock.release()
    await asyncio.create_task(stranger())
    print("released by a stranger:", not lock.locked())


asyncio.run(main())
