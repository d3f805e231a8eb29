"""The asyncio twin of pool_load.c, on aiomysql.

Run: ../scripts/with-mariadb python3 pool_load.py [-c N] [-w N] [-q N] [--no-pool]
"""
import argparse
import asyncio
import os
import sys
import time

import aiomysql


class Load:
    def __init__(self, options):
        self.options = options
        self.numbers = iter(range(options.q))
        self.ok = self.failed = self.opened = 0
        self.waits = []
        self.where = dict(
            host=os.environ.get("MYSQL_HOST", "127.0.0.1"),
            port=int(os.environ.get("MYSQL_TCP_PORT", "3306")),
            user=os.environ.get("MYSQL_USER", "root"),
            password=os.environ.get("MYSQL_PWD", ""),
            db=os.environ.get("MYSQL_DATABASE"),
            connect_timeout=10,
        )

    async def query(self, connection, number):
        async with connection.cursor() as cursor:
            await cursor.execute(f"SELECT {number}")
            row = await cursor.fetchone()
        if row != (number,):
            raise RuntimeError("another's answer came")

    async def pooled(self, number, pool):
        asked = time.monotonic()
        async with pool.acquire() as connection:
            self.waits.append(time.monotonic() - asked)
            await self.query(connection, number)

    async def unpooled(self, number, _):
        asked = time.monotonic()
        connection = await aiomysql.connect(**self.where)
        try:
            self.opened += 1
            self.waits.append(time.monotonic() - asked)
            await self.query(connection, number)
        finally:
            await connection.ensure_closed()

    async def work(self, one_query, pool):
        for number in self.numbers:
            try:
                await one_query(number, pool)
                self.ok += 1
            except Exception as error:
                if self.failed == 0:
                    print("the first failure:", error, file=sys.stderr)
                self.failed += 1

    async def run(self):
        pool, one_query = None, self.unpooled
        if not self.options.no_pool:
            pool = await aiomysql.create_pool(maxsize=self.options.c, **self.where)
            one_query = self.pooled
        begin = time.monotonic()
        await asyncio.gather(
            *(self.work(one_query, pool) for _ in range(self.options.w)))
        seconds = time.monotonic() - begin
        if pool:
            self.opened = pool.size
            pool.close()
            await pool.wait_closed()
        self.report(seconds)

    def report(self, seconds):
        waits = sorted(self.waits) or [0]
        p50, p99 = (waits[len(waits) * p // 100] * 1e3 for p in (50, 99))
        print(f"{self.ok / seconds:.0f} queries/s")
        print(f"acquire wait: p50 {p50:.3f} ms, p99 {p99:.3f} ms")
        print(f"connections opened: {self.opened}")
        print(f"{self.ok} ok, {self.failed} failed")


parser = argparse.ArgumentParser()
parser.add_argument("-c", type=int, default=10, metavar="CONNECTIONS")
parser.add_argument("-w", type=int, default=50, metavar="WORKERS")
parser.add_argument("-q", type=int, default=10000, metavar="QUERIES")
parser.add_argument("--no-pool", action="store_true")
load = Load(parser.parse_args())
asyncio.run(load.run())
sys.exit(load.ok == 0)
