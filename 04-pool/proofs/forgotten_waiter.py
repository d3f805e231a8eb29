"""aiomysql: a connection comes back in a transaction, is closed, and nobody
wakes the one who waits.  Run: ../../scripts/with-mariadb python3 forgotten_waiter.py"""
import asyncio
import os

import aiomysql


async def main():
    pool = await aiomysql.create_pool(
        host=os.environ["MYSQL_HOST"],
        port=int(os.environ["MYSQL_TCP_PORT"]),
        user=os.environ["MYSQL_USER"],
        password=os.environ["MYSQL_PWD"],
        minsize=1,
        maxsize=1,
    )
    first = await pool.acquire()
    second = asyncio.create_task(pool.acquire())
    await asyncio.sleep(0)
    await first.begin()
    pool.release(first)
    done, _ = await asyncio.wait([second], timeout=0.5)
    print("asyncio: room for", pool.maxsize - pool.size,
          "and the waiter", "is served" if done else "still waits")
    second.cancel()


asyncio.run(main())
