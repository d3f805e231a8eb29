"""MariaDB servers that mean no good, each on a port of its own.

Run: python3 hostile_peer.py [MODE…]    all of them without a MODE

The first line of stdout lists MODE:PORT:CONNECT:QUERY for each. They speak just
enough of the protocol to get a client into the phase in which they then misbehave.
CONNECT, QUERY: how much patience the client should have with each: 1 where only
its time limit can end the operation, 20 where the peer ends it.
"""
import asyncio
import sys

# One chunk of a flood. No peer can read these as fast as they come.
CHUNK = 1 << 20


def packet(number, payload):
    return len(payload).to_bytes(3, "little") + bytes([number]) + payload


def flood_of(packet_):
    return packet_ * (CHUNK // len(packet_))


CAPABILITIES = b"\x00\xa2"
WITH_TLS = b"\x00\xaa"
PLUGIN = b"mysql_native_password\0"
GREETING = packet(0, b"\x0a10.11.0-MariaDB\0" + b"\1\0\0\0" + b"12345678\0" +
                  CAPABILITIES + b"\x2d" + b"\2\0" + b"\x08\0" + b"\x15" +
                  bytes(10) + b"123456789012\0" + PLUGIN)
OK = b"\0\0\0\2\0\0\0"
MORE_RESULTS = b"\0\0\0\x0a\0\0\0"
EOF = b"\xfe\0\0\2\0"
ERROR = b"\xff\x28\x04#42000no"
COLUMN = b"\3def\0\0\0\1a\0\x0c\x3f\0\1\0\0\0\xfd\0\0\0\0\0"
HEAD = packet(1, b"\1") + packet(2, COLUMN) + packet(3, EOF)
ROW = packet(4, b"\xfa" + b"x" * 250)
SWITCH = packet(2, b"\xfe" + PLUGIN + b"12345678901234567890\0")
PROGRESS = packet(2, b"\xff\xff\xff\1\1\1\0\0\0\4work")


async def read_packet(reader):
    head = await reader.readexactly(4)
    await reader.readexactly(int.from_bytes(head[:3], "little"))


async def log_in(reader, writer, answer=packet(2, OK)):
    writer.write(GREETING)
    await read_packet(reader)
    writer.write(answer)


async def until_query(reader, writer):
    await log_in(reader, writer)
    await read_packet(reader)


async def forever(reader):
    while await reader.read(65536):
        pass


async def flood(reader, writer, chunk):
    swallow = asyncio.create_task(forever(reader))
    try:
        while not writer.is_closing():
            writer.write(chunk)
            await writer.drain()
    finally:
        swallow.cancel()


async def drip(writer, data):
    for byte in data:
        writer.write(bytes([byte]))
        await writer.drain()
        await asyncio.sleep(0.02)


modes = {}
patience = {}
knock = None


def mode(connect=20, query=20):
    def add(function):
        modes[function.__name__] = function
        patience[function.__name__] = f"{connect}:{query}"
        return function
    return add


@mode(connect=1)
async def silent(reader, writer):
    await forever(reader)


@mode()
async def close_at_once(reader, writer):
    pass


@mode(connect=1)
async def half_greeting(reader, writer):
    writer.write(GREETING[:20])
    await forever(reader)


@mode(connect=1)
async def greeting_drips(reader, writer):
    await drip(writer, packet(0, b"\x0a" + b"5" * 60000))


@mode()
async def greeting_without_end(reader, writer):
    await flood(reader, writer, b"\xff\xff\xff\0" + b"\x0a" * 0xffffff)


@mode(connect=1)
async def greeting_then_silence(reader, writer):
    writer.write(GREETING)
    await forever(reader)


@mode()
async def greeting_then_close(reader, writer):
    writer.write(GREETING)
    await read_packet(reader)


@mode()
async def login_nonsense(reader, writer):
    await log_in(reader, writer, packet(2, b"\7garbage"))
    await forever(reader)


@mode()
async def login_error_0(reader, writer):
    await log_in(reader, writer, packet(2, b"\xff\0\0#00000nothing"))
    await forever(reader)


@mode(connect=1)
async def login_switches(reader, writer):
    await log_in(reader, writer, b"")
    await flood(reader, writer, flood_of(SWITCH))


@mode(connect=1)
async def login_progress(reader, writer):
    await log_in(reader, writer, b"")
    await flood(reader, writer, flood_of(PROGRESS))


async def until_handshake(reader, writer):
    writer.write(GREETING.replace(CAPABILITIES, WITH_TLS))
    await read_packet(reader)


@mode(connect=1)
async def tls_then_silence(reader, writer):
    await until_handshake(reader, writer)
    await forever(reader)


@mode(connect=1)
async def tls_drips(reader, writer):
    await until_handshake(reader, writer)
    await drip(writer, b"\x16\3\3\x40\0" + b"\2\0\x3f\xfc" + bytes(999))


@mode()
async def tls_garbage(reader, writer):
    await until_handshake(reader, writer)
    writer.write(b"garbage" * 99)
    await forever(reader)


@mode()
async def tls_login_in_plain_text(reader, writer):
    writer.write(GREETING.replace(CAPABILITIES, WITH_TLS) + packet(2, OK))
    await forever(reader)


@mode()
async def tls_unknown(reader, writer):
    writer.write(GREETING)
    await forever(reader)


@mode(query=1)
async def query_then_silence(reader, writer):
    await until_query(reader, writer)
    await forever(reader)


@mode()
async def query_then_close(reader, writer):
    await until_query(reader, writer)


@mode(query=1)
async def query_garbage(reader, writer):
    await until_query(reader, writer)
    writer.write(packet(1, b"\xfc\xff\xff" + b"garbage"))
    await forever(reader)


@mode()
async def answer_unreadable(reader, writer):
    """Says that it need not describe the columns, and does not."""
    writer.write(GREETING.replace(bytes(10), bytes(6) + b"\x10\0\0\0"))
    await read_packet(reader)
    writer.write(packet(2, OK))
    await read_packet(reader)
    writer.write(packet(1, b"\1\0") + packet(2, b"\0"))
    await forever(reader)


@mode(query=1)
async def half_an_answer(reader, writer):
    await until_query(reader, writer)
    writer.write(HEAD[:8])
    await forever(reader)


@mode(query=1)
async def head_comes_early(reader, writer):
    """Before the query, so that its first step need not wait. When: at a knock."""
    global knock
    if knock:
        knock.set()
        return
    knock = asyncio.Event()
    await log_in(reader, writer)
    await knock.wait()
    writer.write(HEAD)
    await forever(reader)


@mode(query=1)
async def answer_drips(reader, writer):
    await until_query(reader, writer)
    writer.write(HEAD)
    await drip(writer, ROW * 20)


@mode(query=1)
async def rows_without_end(reader, writer):
    await until_query(reader, writer)
    writer.write(HEAD)
    await flood(reader, writer, flood_of(ROW))


@mode(query=1)
async def row_without_end(reader, writer):
    await until_query(reader, writer)
    writer.write(HEAD)
    await flood(reader, writer, b"\xff\xff\xff\4" + b"x" * 0xffffff)


@mode(query=1)
async def columns_without_end(reader, writer):
    await until_query(reader, writer)
    writer.write(packet(1, b"\1"))
    await flood(reader, writer, flood_of(packet(2, COLUMN)))


@mode(query=1)
async def results_without_end(reader, writer):
    await until_query(reader, writer)
    await flood(reader, writer, flood_of(packet(1, MORE_RESULTS)))


@mode(query=1)
async def no_second_result(reader, writer):
    await until_query(reader, writer)
    writer.write(packet(1, MORE_RESULTS))
    await forever(reader)


@mode()
async def error_then_silence(reader, writer):
    await until_query(reader, writer)
    writer.write(packet(1, ERROR))
    await forever(reader)


@mode(query=1)
async def reads_no_query(reader, writer):
    await log_in(reader, writer)
    writer.transport.pause_reading()
    await asyncio.sleep(60)


@mode()
async def wrong_numbers(reader, writer):
    await until_query(reader, writer)
    writer.write(packet(77, OK))
    await forever(reader)


@mode()
async def answers_twice(reader, writer):
    await until_query(reader, writer)
    writer.write(packet(1, OK) + packet(1, OK))
    await forever(reader)


def serve(function):
    async def on_client(reader, writer):
        try:
            await function(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()
    return on_client


async def main():
    ports = []
    servers = []
    for name in sys.argv[1:] or modes:
        server = await asyncio.start_server(serve(modes[name]), "127.0.0.1", 0)
        servers.append(server)
        port = server.sockets[0].getsockname()[1]
        ports.append(f"{name}:{port}:{patience[name]}")
    print(*ports, flush=True)
    await asyncio.Event().wait()


asyncio.run(main())
