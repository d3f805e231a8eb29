"""The asyncio twin of transfer.c.  Run: ../scripts/with-mariadb python3 transfer.py"""
import asyncio
import os

import aiomysql
from pymysql.constants import ER

table = f"transfer_{os.getpid()}"
shown_by = None


async def show(pool, title):
    global shown_by
    async with pool.acquire() as connection:
        async with connection.cursor() as cursor:
            await cursor.execute(
                "SELECT GROUP_CONCAT(name, ' ', balance ORDER BY name "
                f"SEPARATOR ', ') FROM {table}")
            balances, = await cursor.fetchone()
        same = "the same" if connection.thread_id() == shown_by else "another"
        where = f", on {same} connection" if shown_by else ""
        print(f"{title}: {balances}{where}")
        shown_by = connection.thread_id()


async def add(connection, name, amount):
    async with connection.cursor() as cursor:
        await cursor.execute(
            f"UPDATE {table} SET balance = balance + %s WHERE name = %s",
            (amount, name))


async def transfer(pool, amount):
    async with pool.acquire() as connection:
        for attempt in range(3):
            await connection.begin()
            try:
                await add(connection, "Bob", amount)
                await add(connection, "Ada", -amount)
                await connection.commit()
                print(f"{amount} from Ada to Bob: committed")
                return
            except aiomysql.OperationalError as caught:
                error = caught.args[0]
                await connection.rollback()
            if error != ER.LOCK_DEADLOCK:
                break
        print(f"{amount} from Ada to Bob: error {error}, rolled back")


async def forget(pool):
    async with pool.acquire() as connection:
        await connection.begin()
        await add(connection, "Ada", -40)
        print("40 from Ada to nobody: returned in the middle")


async def main():
    pool = await aiomysql.create_pool(
        minsize=1,
        maxsize=1,
        host=os.environ.get("MYSQL_HOST", "127.0.0.1"),
        port=int(os.environ.get("MYSQL_TCP_PORT", "3306")),
        user=os.environ.get("MYSQL_USER", "root"),
        password=os.environ.get("MYSQL_PWD", ""),
        db=os.environ.get("MYSQL_DATABASE"),
        autocommit=True,
    )
    async with pool.acquire() as connection, connection.cursor() as cursor:
        await cursor.execute(
            f"CREATE TABLE {table} "
            "(name VARCHAR(20), balance INT CHECK (balance >= 0))")
        await cursor.execute(
            f"INSERT INTO {table} VALUES ('Ada', 100), ('Bob', 50)")
    try:
        await show(pool, "at first")
        await transfer(pool, 30)
        await show(pool, "then")
        await transfer(pool, 500)
        await show(pool, "then")
        await forget(pool)
        await show(pool, "then")
    finally:
        async with pool.acquire() as connection, connection.cursor() as cursor:
            await cursor.execute(f"DROP TABLE {table}")
        pool.close()
        await pool.wait_closed()


asyncio.run(main())
