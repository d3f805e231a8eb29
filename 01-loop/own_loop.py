"""The asyncio twin of own_loop.c: the same two scenes on asyncio's loop.

Run: python3 own_loop.py
"""
import asyncio
import os


async def sleeps():
    asyncio.get_running_loop().call_later(3600, print, "an hour has passed")
    await asyncio.sleep(1)
    print("Task completed")


async def through_a_pipe():
    loop = asyncio.get_running_loop()
    read_end, write_end = os.pipe()
    end_of_file = loop.create_future()

    def on_writable():
        os.write(write_end, b"hello")
        loop.remove_writer(write_end)
        os.close(write_end)

    def on_readable():
        data = os.read(read_end, 16)
        if data:
            print(f"Received {data.decode()} through a pipe")
        else:
            loop.remove_reader(read_end)
            os.close(read_end)
            end_of_file.set_result(None)

    loop.add_writer(write_end, on_writable)
    loop.add_reader(read_end, on_readable)
    await end_of_file


asyncio.run(sleeps())
asyncio.run(through_a_pipe())
