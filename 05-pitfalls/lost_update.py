"""The asyncio twin of lost_update.c.  Run: python3 lost_update.py [fixed | broken]"""
import asyncio
import sys

balance = waiting = most_waiting = 0


async def deposit(broken):
    global balance, waiting, most_waiting
    seen = balance
    waiting += 1
    most_waiting = max(most_waiting, waiting)
    await asyncio.sleep(0)  # the other nine run
    waiting -= 1
    if not broken:
        seen = balance  # read where it is written
    balance = seen + 10


async def main():
    broken = sys.argv[1:] == ["broken"]
    await asyncio.gather(*(deposit(broken) for _ in range(10)))
    print(most_waiting, "tasks waited at once", file=sys.stderr)
    print(f"10 deposits of 10: balance {balance}")


if sys.argv[1:] not in ([], ["fixed"], ["broken"]):
    sys.exit(__doc__)
asyncio.run(main())
