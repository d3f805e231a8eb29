"""The asyncio twin of offload_server.c.

Run: python3 offload_server.py [-p PORT] [-w WORKERS] [fixed|broken]

What runs in a worker cannot be cancelled here, a worker that dies breaks the pool
for good, and a client that leaves is noticed only when its answer is written. A line
that is too long ends the connection.
"""
import argparse
import asyncio
import os
import re
import signal
import sys
from concurrent.futures import ProcessPoolExecutor


def largest_prime_factor(n):
    largest, d = 1, 2
    while d <= n // d:
        while n % d == 0:
            largest, n = d, n // d
        d += 1 if d == 2 else 2
    return n if n > 1 else largest


async def answer(line, pool, room):
    if not re.fullmatch(rb"[0-9]+", line) or not 2 <= int(line) < 2 ** 64:
        return "error: not a number from 2 to 18446744073709551615"
    if pool is None:
        return largest_prime_factor(int(line))
    async with room:
        return await asyncio.get_running_loop().run_in_executor(
            pool, largest_prime_factor, int(line))


async def handle_connection(reader, writer, pool, room, stopping, answering):
    task = asyncio.current_task()
    try:
        while not stopping.is_set() and (line := await reader.readline()):
            answering.add(task)
            result = await answer(line.rstrip(b"\r\n"), pool, room)
            writer.write(f"{result}\n".encode())
            await writer.drain()
            answering.discard(task)
    except ValueError:  # what readline makes of LimitOverrunError
        writer.write(b"error: line too long\n")
    except ConnectionError:
        pass
    finally:
        answering.discard(task)
        writer.close()


async def main(options):
    pool = None
    if options.scene != "broken":
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # for the workers, too
        pool = ProcessPoolExecutor(options.w)
        await asyncio.get_running_loop().run_in_executor(pool, abs, 0)
    stopping, answering = asyncio.Event(), set()
    room = asyncio.Semaphore(2 * options.w)

    async def serve(reader, writer):
        await handle_connection(reader, writer, pool, room, stopping, answering)

    server = await asyncio.start_server(serve, "127.0.0.1", options.p, limit=64)
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    print("offload_server.py: listening on 127.0.0.1:%d"
          % server.sockets[0].getsockname()[1], file=sys.stderr)
    await stopping.wait()
    # Clients that wait for an answer get it. The others are not waited for, as the
    # end of `async with server` would do from Python 3.12 on.
    server.close()
    if answering:
        await asyncio.wait(answering, timeout=5)
    if pool:
        pool.shutdown(wait=False, cancel_futures=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("-p", type=int, default=8889)
    parser.add_argument("-w", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("scene", nargs="?", default="fixed",
                        choices=["fixed", "broken"])
    asyncio.run(main(parser.parse_args()))
