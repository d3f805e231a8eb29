"""The asyncio twin of callbacks.c: no await either.  Run: python3 callbacks.py"""
import asyncio

left = 2


def on_timeout(loop, number):
    global left
    print(f"Task {number} completed")
    left -= 1
    if left == 0:
        loop.stop()


loop = asyncio.new_event_loop()
loop.call_later(2, on_timeout, loop, 1)
loop.call_later(1, on_timeout, loop, 2)
loop.run_forever()
loop.close()
