"""A job that runs in an executor is cancelled."""
import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor


async def main():
    loop = asyncio.get_running_loop()
    started, go_on, ended = (threading.Event() for _ in range(3))

    def job():
        started.set()
        go_on.wait()
        ended.set()

    with ThreadPoolExecutor(1) as pool:
        future = loop.run_in_executor(pool, job)
        while not started.is_set():
            await asyncio.sleep(0.001)
        direct = pool.submit(job)  # waits behind it
        print("cancelled while it waits:", direct.cancel())
        second = ThreadPoolExecutor(1)
        running = second.submit(go_on.wait)
        while not running.running():
            await asyncio.sleep(0.001)
        print("cancelled while it runs:", running.cancel())
        future.cancel()
        try:
            await future
        except asyncio.CancelledError:
            print("asyncio: who awaits it is told: cancelled")
        go_on.set()
        second.shutdown()
    print("the thread computed to the end:", ended.is_set())


asyncio.run(main())
