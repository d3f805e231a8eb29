"""The asyncio twin of timeout.c.  Run: python3 timeout.py"""
import asyncio


async def job(name, ms, stubborn=False):
    try:
        try:
            await asyncio.sleep(ms / 1000)
        except asyncio.CancelledError:
            if not stubborn:
                raise
            print(f"{name}: caught: cancelled")
        return 42
    finally:
        await asyncio.sleep(0.01)  # a clean-up may wait, too
        print(f"{name}: cleaned up")


async def tell(name, waiting):
    try:
        print(f"{name}: result {await waiting}")
    except asyncio.CancelledError:
        print(f"{name}: cancelled")
    except asyncio.TimeoutError:
        print(f"{name}: timed out")


async def main():
    await tell("fast", asyncio.wait_for(job("fast", 50), 5))
    await tell("slow", asyncio.wait_for(job("slow", 5000), 0.1))
    await tell("stubborn", asyncio.wait_for(job("stubborn", 5000, True), 0.1))

    victim = asyncio.create_task(job("victim", 5000))
    await asyncio.sleep(0.05)
    victim.cancel()
    await tell("victim", victim)

    queue = asyncio.Queue(1)
    try:
        async with asyncio.timeout(0.05):  # any wait can have a deadline
            await queue.get()
        print("item: came")
    except asyncio.TimeoutError:
        print("item: timed out")


asyncio.run(main())
