"""The asyncio twin of errors.c.

Run: python3 errors.py [fixed | broken | unobserved]
"""
import asyncio
import sys


async def fail():
    try:
        await asyncio.sleep(0.05)
        raise RuntimeError("Simulated error")
    finally:
        print("task cleaned up", file=sys.stderr)


async def sibling(number, seconds):
    try:
        await asyncio.sleep(seconds)
        print(f"sibling {number} finished", file=sys.stderr)
    except asyncio.CancelledError:
        print(f"sibling {number} was cut off", file=sys.stderr)
        raise
    finally:
        print(f"sibling {number} cleaned up", file=sys.stderr)


async def main(scene):
    task = asyncio.create_task(fail())
    siblings = [asyncio.create_task(sibling(1, 0.15)),
                asyncio.create_task(sibling(2, 0.25))]
    if scene == "broken":
        await task
    elif scene == "fixed":
        try:
            await task
        except RuntimeError as error:
            print(f"Caught exception: {error}")
    await asyncio.wait(siblings)


if sys.argv[1:] not in ([], ["fixed"], ["broken"], ["unobserved"]):
    sys.exit(__doc__)
asyncio.run(main(sys.argv[1] if len(sys.argv) > 1 else "fixed"))
