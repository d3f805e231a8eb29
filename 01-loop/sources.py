"""The asyncio twin of sources.c.  Run: python3 sources.py"""
import asyncio
import os
import signal


async def main():
    loop = asyncio.get_running_loop()
    done = loop.create_future()
    read_end, write_end = os.pipe()

    def on_handed_over():
        print("handed over: event_active")
        os.write(write_end, b"hello")

    def on_readable():
        print(f"readable: {len(os.read(read_end, 16))} bytes in the pipe")
        signal.raise_signal(signal.SIGUSR1)

    def on_signal():
        print("signal: SIGUSR1")
        loop.call_later(0.05, on_timeout)

    def on_timeout():
        print("timer: 50 ms are over")
        done.set_result(None)

    loop.call_soon(on_handed_over)
    loop.add_reader(read_end, on_readable)
    loop.add_signal_handler(signal.SIGUSR1, on_signal)
    await done
    loop.remove_reader(read_end)
    os.close(read_end)
    os.close(write_end)


asyncio.run(main())
