"""In asyncio running a loop from inside is an exception."""
import asyncio


async def main():
    try:
        asyncio.get_running_loop().run_forever()
    except RuntimeError as error:
        print("asyncio:", error)


asyncio.run(main())
