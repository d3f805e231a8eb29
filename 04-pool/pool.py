"""The asyncio twin of pool.c.  Run: ../scripts/with-mariadb python3 pool.py"""
import asyncio
import os

import aiomysql


async def main():
    pool = await aiomysql.create_pool(
        host=os.environ.get("MYSQL_HOST", "127.0.0.1"),
        port=int(os.environ.get("MYSQL_TCP_PORT", "3306")),
        user=os.environ.get("MYSQL_USER", "root"),
        password=os.environ.get("MYSQL_PWD", ""),
        db=os.environ.get("MYSQL_DATABASE"),
    )
    async with pool.acquire() as connection:
        async with connection.cursor() as cursor:
            await cursor.execute("SELECT VERSION()")
            print(await cursor.fetchone())
    pool.close()
    await pool.wait_closed()


asyncio.run(main())
