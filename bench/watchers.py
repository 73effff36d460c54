"""Many watchers in one event loop; only the server they watch is measured."""

import asyncio
import json
from collections.abc import Sequence
from contextlib import AsyncExitStack
from typing import Any

from websockets.asyncio.client import ClientConnection, connect

PATIENCE_SECONDS = 60
ACK_EVERY = 8
"""One echo answers all before it; the server sends up to 32 without any."""


class Crowd:
    """Counts what arrives at all of them together."""

    def __init__(self) -> None:
        self.count = 0
        self._wanted = 0
        self._there = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    def arrived(self) -> None:
        self.count += 1
        if self.count >= self._wanted:
            self._there.set()

    async def until(self, count: int) -> None:
        """Wait until that many have arrived in all. Raises TimeoutError."""
        self._wanted = count
        if self.count >= count:
            return
        self._there.clear()
        async with asyncio.timeout(PATIENCE_SECONDS):
            await self._there.wait()

    def follow(self, work: Any) -> None:
        self._tasks.append(asyncio.ensure_future(work))

    async def leave(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


async def socket_to(url: str, stack: AsyncExitStack) -> ClientConnection:
    socket = connect(url, compression=None, ping_interval=None, max_size=None)
    return await stack.enter_async_context(socket)


async def join_ours(url: str, tickets: Sequence[str], stream: str, crowd: Crowd, stack: AsyncExitStack) -> None:
    """As a watcher without a cookie joins, acknowledging every eighth frame of entries."""
    for ticket in tickets:
        socket = await socket_to(f"{url}/ws/v1/live", stack)
        await socket.send(json.dumps({"ticket": ticket}))
        await socket.send(json.dumps({"subscribe": [{"stream": stream, "ledger_epoch": None, "position": None}]}))
        first = json.loads(await socket.recv())
        if first["type"] != "ok":
            raise RuntimeError(f"a watcher was answered {first}")
        crowd.follow(_watch_ours(socket, crowd))


async def _watch_ours(socket: ClientConnection, crowd: Crowd) -> None:
    frames = 0
    async for text in socket:
        frame = json.loads(text)
        if frame["type"] != "entries":
            continue
        frames += 1
        if frames % ACK_EVERY == 0:
            await socket.send(json.dumps({"ack": frame["to"]}))
        for _ in frame["entries"]:
            crowd.arrived()


async def join_rival(url: str, count: int, crowd: Crowd, stack: AsyncExitStack) -> None:
    for _ in range(count):
        crowd.follow(_watch_rival(await socket_to(f"{url}/", stack), crowd))


async def _watch_rival(socket: ClientConnection, crowd: Crowd) -> None:
    async for _ in socket:
        crowd.arrived()


async def join_raw(port: int, count: int, crowd: Crowd) -> None:
    for _ in range(count):
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1024 * 1024)
        writer.write(b"watch\n")
        await reader.readline()
        crowd.follow(_watch_raw(reader, writer, crowd))


async def _watch_raw(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, crowd: Crowd) -> None:
    try:
        while await reader.readline():
            crowd.arrived()
    finally:
        writer.close()
