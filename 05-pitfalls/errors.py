"""The asyncio twin of errors.c.

Run: python3 errors.py [fixed | broken | unobserved]
"""
import asyncio
import sys


async def fail():
    try:
        await asyncio.sleep(0.01)
        raise RuntimeError("Simulated error")
    finally:
        print("task cleaned up", file=sys.stderr)


async def sibling(number, steps):
    try:
        for _ in range(steps):
            await asyncio.sleep(0.01)
        print(f"sibling {number} finished", file=sys.stderr)
    except asyncio.CancelledError:
        print(f"sibling {number} was cut off", file=sys.stderr)
        raise
    finally:
        print(f"sibling {number} cleaned up", file=sys.stderr)


async def main(scene):
    failing = asyncio.create_task(fail())
    first = asyncio.create_task(sibling(1, steps=3))
    second = asyncio.create_task(sibling(2, steps=5))
    if scene == "broken":
        await failing
    elif scene == "fixed":
        try:
            await failing
        except RuntimeError as error:
            print(f"Caught exception: {error}")
    await first
    await second


if sys.argv[1:] not in ([], ["fixed"], ["broken"], ["unobserved"]):
    sys.exit(__doc__)
asyncio.run(main(sys.argv[1] if len(sys.argv) > 1 else "fixed"))
