"""The asyncio twin of lost_update.c.  Run: python3 lost_update.py [fixed | broken]"""
import asyncio
import sys

balance = 0


async def deposit(broken):
    global balance
    seen = balance
    await asyncio.sleep(0)
    if not broken:
        seen = balance
    balance = seen + 10


async def main():
    if sys.argv[1:] not in ([], ["fixed"], ["broken"]):
        sys.exit(__doc__)
    broken = sys.argv[1:] == ["broken"]
    await asyncio.gather(*(deposit(broken) for _ in range(10)))
    print(f"10 deposits of 10: balance {balance}")


asyncio.run(main())
