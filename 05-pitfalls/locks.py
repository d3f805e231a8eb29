"""The asyncio twin of locks.c.  Run: python3 locks.py [fixed | broken]"""
import asyncio
import contextlib
import sys

value = 0


async def increment(lock):
    global value
    async with lock:
        value += 1
        await asyncio.sleep(0)
        print(f"Incremented, value: {value}")


async def main():
    broken = sys.argv[1:] == ["broken"]
    lock = contextlib.nullcontext() if broken else asyncio.Lock()
    await asyncio.gather(*(increment(lock) for _ in range(10)))
    print("the sum is", value, file=sys.stderr)


if sys.argv[1:] not in ([], ["fixed"], ["broken"]):
    sys.exit(__doc__)
asyncio.run(main())
