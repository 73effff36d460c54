"""The floor of a broadcast: an asyncio server that writes each line of its first connection to all the others."""

import asyncio
import sys

LIMIT = 1024 * 1024


async def serve(port: int) -> None:
    watchers: list[asyncio.StreamWriter] = []
    is_told = asyncio.Event()

    async def welcome(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        first = await reader.readline()
        if not first:
            return
        if first == b"watch\n":
            watchers.append(writer)
            writer.write(first)
            return
        while line := first or await reader.readline():
            for watcher in watchers:
                watcher.write(line)
            first = b""
        is_told.set()

    async with await asyncio.start_server(welcome, "127.0.0.1", port, limit=LIMIT):
        await is_told.wait()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1])))
