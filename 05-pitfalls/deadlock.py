"""The asyncio twin of deadlock.c.  Run: python3 deadlock.py [fixed | broken]

A loop of asyncio never runs empty while a task waits, and an asyncio.Lock does
not know its owner: so we note who holds and who waits, and limit the wait.
"""
import asyncio
import sys

owner, waits_for = {}, {}


def look_for_circle(name):
    way, at = [], name
    while at in waits_for:
        way.append(f"{at} waits for {waits_for[at]}")
        at = owner.get(waits_for[at])
        if at == name:
            print("deadlock: " + ", ".join(way))
            return


async def run(name, locks, order):
    for which in order:
        waits_for[name] = which
        look_for_circle(name)
        await locks[which].acquire()
        owner[which] = name
        del waits_for[name]
        print(name, "holds", which)
        await asyncio.sleep(0)
    print(name, "is done")
    for which in reversed(order):
        del owner[which]
        locks[which].release()


async def main():
    if sys.argv[1:] not in ([], ["fixed"], ["broken"]):
        sys.exit(__doc__)
    locks = {"left": asyncio.Lock(), "right": asyncio.Lock()}
    order = ["right", "left"] if sys.argv[1:] == ["broken"] else ["left", "right"]
    tasks = [asyncio.create_task(run("A", locks, ["left", "right"])),
             asyncio.create_task(run("B", locks, order))]
    done, waiting = await asyncio.wait(tasks, timeout=0.2)
    print(len(done), "of 2 tasks are done")
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)


asyncio.run(main())
