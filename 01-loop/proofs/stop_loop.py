"""asyncio: stop() lets the pass end; before run_forever it makes it one pass."""
import asyncio


def count(before):
    loop = asyncio.new_event_loop()
    ran = []

    def call():
        ran.append(1)
        if len(ran) == 1 and not before:
            loop.stop()

    for _ in range(3):
        loop.call_soon(call)
    loop.call_later(60, ran.append, 1)
    if before:
        loop.stop()
    loop.run_forever()
    loop.close()
    return len(ran)


print("asyncio, stop() from the first call:     ", count(False), "of 3 ran")
print("asyncio, stop() before the loop starts:  ", count(True), "of 3 ran")
