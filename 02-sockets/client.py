"""The asyncio twin of client.c.  Run: python3 client.py HOST PORT MESSAGE"""
import asyncio
import sys


async def main(host, port, message):
    async with asyncio.timeout(10):
        reader, writer = await asyncio.open_connection(
            host, port, happy_eyeballs_delay=0.25)
    writer.write(message.encode())
    writer.write_eof()
    reply = await reader.read()
    sys.stdout.buffer.write(reply)
    writer.close()
    await writer.wait_closed()


if len(sys.argv) != 4:
    sys.exit(__doc__)
asyncio.run(main(sys.argv[1], int(sys.argv[2]), sys.argv[3]))
