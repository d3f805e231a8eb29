"""aiomysql without autocommit=True: what a borrower has read or written is a
transaction, so the pool closes its connection, and the server undoes it.

Run: ../../scripts/with-mariadb python3 autocommit.py
"""
import asyncio
import os

import aiomysql


async def borrow(pool, *statements):
    async with pool.acquire() as connection, connection.cursor() as cursor:
        for statement in statements:
            await cursor.execute(statement)
        return connection.thread_id(), await cursor.fetchone()


async def try_it(autocommit):
    pool = await aiomysql.create_pool(
        host=os.environ["MYSQL_HOST"],
        port=int(os.environ["MYSQL_TCP_PORT"]),
        user=os.environ["MYSQL_USER"],
        password=os.environ["MYSQL_PWD"],
        db=os.environ["MYSQL_DATABASE"],
        minsize=1,
        maxsize=1,
        autocommit=autocommit,
    )
    await borrow(pool, "CREATE OR REPLACE TABLE notes (text VARCHAR(9))")
    first, _ = await borrow(pool, "INSERT INTO notes VALUES ('hello')")
    second, (count,) = await borrow(pool, "SELECT COUNT(*) FROM notes")
    await borrow(pool, "DROP TABLE notes")
    print(f"autocommit={autocommit}: {count} row,",
          "the same connection" if first == second else "another connection")
    pool.close()
    await pool.wait_closed()


asyncio.run(try_it(False))
asyncio.run(try_it(True))
