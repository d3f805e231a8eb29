"""The asyncio twin of deadlock.c.  Run: python3 deadlock.py [fixed | broken]

An asyncio.Lock does not know its holder: so we note who holds and who waits.
"""
import asyncio
import sys

holder, waits_for = {}, {}


async def run(name, locks, order):
    try:
        for which in order:
            waits_for[name] = which
            await locks[which].acquire()
            holder[which] = name
            print(name, "holds", which)
            del waits_for[name]
            await asyncio.sleep(0)
        print(name, "is done")
    finally:
        for which in reversed(order):
            if holder.get(which) == name:
                del holder[which]
                locks[which].release()


def find_circle(first):
    way, at = [], first
    while at in waits_for:
        way.append(f"{at} waits for {waits_for[at]}")
        at = holder.get(waits_for[at])
        if at == first:
            print("deadlock:", ", ".join(way))
            return True
    return False


async def main():
    broken = sys.argv[1:] == ["broken"]
    locks = {"left": asyncio.Lock(), "right": asyncio.Lock()}
    a = asyncio.create_task(run("A", locks, ["left", "right"]))
    b = asyncio.create_task(run("B", locks, ["right", "left"] if broken else ["left", "right"]))
    while not (a.done() and b.done()) and not find_circle("B"):
        await asyncio.sleep(0.01)
    print(a.done() + b.done(), "of 2 tasks are done")


if sys.argv[1:] not in ([], ["fixed"], ["broken"]):
    sys.exit(__doc__)
asyncio.run(main())
