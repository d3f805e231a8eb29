"""aiomysql: one waits for a connection; another returns one and asks again in
the same breath.  Run: ../../scripts/with-mariadb python3 overtaking.py"""
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
    connection = await pool.acquire()
    waiter = asyncio.create_task(pool.acquire())
    await asyncio.sleep(0.01)
    for _ in range(3):
        pool.release(connection)
        connection = await pool.acquire()
        print("asyncio: the waiter", "is served" if waiter.done() else "was overtaken")
    pool.release(connection)
    pool.release(await waiter)
    pool.close()
    await pool.wait_closed()


asyncio.run(main())
