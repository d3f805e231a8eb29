"""call_soon from another thread, in debug mode; call_soon_threadsafe, many times."""
import asyncio
import threading

calls = 0


def count():
    global calls
    calls += 1


def work(loop):
    try:
        loop.call_soon(count)
        print("call_soon from a thread: taken")
    except RuntimeError as error:
        print("call_soon from a thread, in debug mode:", error)
    for _ in range(1000):
        loop.call_soon_threadsafe(count)


async def main():
    thread = threading.Thread(target=work, args=[asyncio.get_running_loop()])
    thread.start()
    thread.join()  # blocks the loop: all of them are queued
    await asyncio.sleep(0)
    print("call_soon_threadsafe 1000 times: callbacks:", calls)


asyncio.run(main(), debug=True)
