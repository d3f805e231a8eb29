"""In asyncio a call_soon made in a pass runs in the next: timers get their turn."""
import asyncio


async def main():
    loop = asyncio.get_running_loop()
    steps = 0
    fired_at = []
    done = loop.create_future()
    loop.call_later(0.001, lambda: fired_at.append(steps))

    def step():
        nonlocal steps
        steps += 1
        if steps == 200000:
            done.set_result(None)
        else:
            loop.call_soon(step)

    loop.call_soon(step)
    await done
    print("asyncio, call_soon:   ", fired_at[0])


asyncio.run(main())
