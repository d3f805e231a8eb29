"""What a pool has to live with: lines that are cut. hostile_peer.py has the servers
that are none.

Run: python3 bad_peer.py cut BYTES       the first connection ends after so many
                                         bytes of the server's; later ones live
     python3 bad_peer.py random BYTES    each ends after about so many, politely
                                         or with a reset; SEED says which ones
     python3 bad_peer.py deadlock TIMES  so many of the updates of Ada do not reach
                                         the server: they are told of a deadlock
     python3 bad_peer.py babble          after SIGUSR1 all that are open get
                                         bytes that nobody has asked for

It stands before the server at MYSQL_TCP_PORT. The first line of stdout is the port; the last one, after SIGTERM, is what was counted.
"""
import asyncio
import os
import random
import signal
import sys

mode, size = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 0
chance = random.Random(os.environ.get("SEED", "1"))
accepted = cut = now = most = deadlocks = 0
clients = set()


def bytes_to_live():
    if mode == "cut":
        return size if accepted == 1 else None
    if mode in ("babble", "deadlock"):
        return None
    return int(chance.expovariate(1 / size))


DEADLOCK = b"\xff\xbd\x04#40001Deadlock found"


async def copy(reader, writer, back):
    global deadlocks
    while data := await reader.read(65536):
        if (mode == "deadlock" and deadlocks < size and b"UPDATE" in data
                and b"'Ada'" in data):
            deadlocks += 1
            back.write(len(DEADLOCK).to_bytes(3, "little") + b"\1" + DEADLOCK)
            continue
        writer.write(data)
        await writer.drain()


async def copy_some(reader, writer, rest):
    """Returns True if the line is to be cut, False at the end."""
    while data := await reader.read(65536):
        writer.write(data[:rest])
        if rest is not None:
            rest -= len(data)
            if rest <= 0:
                return True
        await writer.drain()
    return False


async def proxy(reader, writer):
    global cut
    rest = bytes_to_live()
    up_reader, up_writer = await asyncio.open_connection(
        "127.0.0.1", int(os.environ["MYSQL_TCP_PORT"]))
    up = asyncio.create_task(copy(reader, up_writer, writer))
    down = asyncio.create_task(copy_some(up_reader, writer, rest))
    done, _ = await asyncio.wait({up, down}, return_when=asyncio.FIRST_COMPLETED)
    if down in done and not down.exception() and down.result():
        cut += 1
        if chance.random() < 0.5:
            writer.transport.abort()
    up.cancel()
    down.cancel()
    await asyncio.gather(up, down, return_exceptions=True)
    up_writer.close()


async def serve(reader, writer):
    global accepted, now, most
    accepted += 1
    now += 1
    most = max(most, now)
    clients.add(writer)
    try:
        await proxy(reader, writer)
    except ConnectionError:
        pass
    finally:
        now -= 1
        clients.discard(writer)
        writer.close()


def babble():
    for writer in clients:
        writer.write(b"Goodbye!")
    print("babbled", flush=True)


async def main():
    server = await asyncio.start_server(serve, "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    end = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, end.set)
    asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, babble)
    await end.wait()
    print(f"accepted {accepted}, cut {cut}, most at once {most}", flush=True)
    os._exit(0)


asyncio.run(main())
