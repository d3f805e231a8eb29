"""The asyncio twin of reporter.c.  Run: python3 reporter.py [fixed | broken]"""
import asyncio
import gc
import sys

reports = 0


def report(loop, context):
    global reports
    reports += 1
    error = context.get("exception")
    print(f"reporter: {context['message']}: {error}", file=sys.stderr)


async def fail():
    raise RuntimeError("Simulated error")


def mistake():
    asyncio.get_running_loop().run_forever()


async def main():
    broken = sys.argv[1:] == ["broken"]
    loop = asyncio.get_running_loop()
    loop.set_exception_handler((lambda *_: None) if broken else report)
    read, unread = asyncio.create_task(fail()), asyncio.create_task(fail())
    loop.call_soon(mistake)
    try:
        await read
    except RuntimeError as error:
        print("read task failed, and its owner reads:", error)
    del unread
    gc.collect()


if sys.argv[1:] not in ([], ["fixed"], ["broken"]):
    sys.exit(__doc__)
asyncio.run(main())
print(reports, "failures reached the reporter")
sys.exit(reports > 0)
