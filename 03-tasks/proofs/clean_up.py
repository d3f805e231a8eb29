"""asyncio: a task group cancels its members once; cancelling an awaiter again
reaches the clean-up of what it awaits, and from Python 3.12 on so does a deadline.
Those lines of clean_up that have a counterpart here."""
import asyncio

FOREVER = 3600


async def fails(cleaning):
    if cleaning:
        try:
            await asyncio.sleep(FOREVER)
        finally:
            await asyncio.sleep(.002)
            raise ValueError("oops")
    await asyncio.sleep(0)
    raise ValueError("oops")


class Slow:
    """b: needs some time to clean up."""

    def __init__(self):
        self.began = asyncio.Event()
        self.cleaning = asyncio.Event()
        self.cleaned = False

    async def run(self, catches=False):
        self.began.set()
        try:
            try:
                await asyncio.sleep(FOREVER)
            except asyncio.CancelledError:
                if not catches:
                    raise
            await asyncio.sleep(0)
        finally:
            self.cleaning.set()
            await asyncio.sleep(.02)
            self.cleaned = True


async def owner(b, elsewhere=False, cleaning=False):
    async with asyncio.TaskGroup() as group:
        group.create_task(fails(cleaning))
        group.create_task(b.run())
        if elsewhere:
            await asyncio.sleep(FOREVER)


async def awaits(b, gathers=False, catches=False):
    task = asyncio.create_task(b.run(catches))
    await (asyncio.gather(task) if gathers else task)


async def cancelled_before(b):
    task = asyncio.create_task(b.run())
    await b.began.wait()
    asyncio.current_task().cancel()
    await asyncio.wait_for(task, .005)


async def outcome(said, b, awaitable):
    try:
        await awaitable
        error = "no error"
    except ExceptionGroup as group:
        error = " and ".join(map(str, group.exceptions))
    except asyncio.CancelledError:
        error = "cancelled"
    except asyncio.TimeoutError:
        error = "timed out"
    print(f"{said}: b's clean-up {'is whole' if b.cleaned else 'is broken off'}; {error}")


async def main():
    b = Slow()
    await outcome("a fails, the owner waits elsewhere", b, owner(b, elsewhere=True))

    b = Slow()
    task = asyncio.create_task(owner(b))
    await b.cleaning.wait()
    task.cancel()
    await outcome("a fails, the joining owner is cancelled", b, task)

    b = Slow()
    task = asyncio.create_task(owner(b))
    await b.cleaning.wait()
    await outcome("a fails, the owner's deadline passes", b, asyncio.wait_for(task, .005))

    b = Slow()
    task = asyncio.create_task(owner(b, cleaning=True))
    await b.began.wait()
    task.cancel()
    await outcome("the owner is cancelled, a's clean-up fails", b, task)

    for said in "awaits", "gathers":
        b = Slow()
        task = asyncio.create_task(awaits(b, gathers=said == "gathers"))
        await b.began.wait()
        task.cancel()
        await b.cleaning.wait()
        task.cancel()
        await outcome(f"who {said} b is cancelled twice", b, task)

    b = Slow()
    task = asyncio.create_task(awaits(b, catches=True))
    await b.began.wait()
    task.cancel()
    task.cancel()
    await outcome("b is cancelled twice before it hears of it", b, task)

    b = Slow()
    task = asyncio.create_task(cancelled_before(b))
    await outcome("who is cancelled awaits b, its deadline passes", b, task)


asyncio.run(main())
