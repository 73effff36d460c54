"""A TCP proxy that breaks what passes: it cuts, stalls, doubles, truncates and loses, by a seed.

Three ways. `Link` is a wire that dies each time so many bytes have gone over it, whatever they were. `FaultyProxy`
looks at requests: it gives each a connection of its own and chooses what to do to it. `OneCut` severs a single one.
"""

import asyncio
import random
import threading
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Literal, Self

FAULTS = ("cut_up", "cut_down", "truncated", "stalled", "doubled", "late_double", "refused")
"""The request or its reply cut by a reset; the reply ended early but politely; a pause in the middle; the request
served twice, the second answer heard; served twice, the first heard; no connection at all."""
_BLOCK = 16 * 1024
_PATIENCE_SECONDS = 30.0

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Proxy(ABC):
    """Listens on 127.0.0.1 in a thread of its own, in front of `port`. Use with `with`."""

    def __init__(self, port: int) -> None:
        self.target = port
        self.port = 0
        self.up = self.down = 0
        """Bytes taken from clients, and bytes handed to them."""
        self.happened: Counter[str] = Counter()
        self._open: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._server = self._run(asyncio.start_server(self._serve, "127.0.0.1", 0, limit=_BLOCK))
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    def __exit__(self, *_: object) -> None:
        self._run(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    def _run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(30)

    async def _close(self) -> None:
        self._server.close()
        self._break_all()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.sleep(0.01)  # the transports close their sockets in the next turn of the loop

    def _break_all(self) -> None:
        for writer in list(self._open):
            writer.transport.abort()  # a reset, as of a link that is gone

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self._open.add(writer)
        try:
            await self.pass_on(reader, writer)
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, TimeoutError):
            writer.transport.abort()
        except asyncio.CancelledError:
            writer.transport.abort()
        finally:
            self._open.discard(writer)
            self._tasks.discard(task)
            writer.close()

    @abstractmethod
    async def pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None: ...

    async def dial(self) -> Streams:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.target)
        self._open.add(writer)
        return reader, writer

    def hang_up(self, writer: asyncio.StreamWriter) -> None:
        self._open.discard(writer)
        writer.transport.abort()


class Link(Proxy):
    """A wire that dies each time `dies_every` bytes have gone over it, in both directions and all connections taken
    together; None: a good wire."""

    def __init__(self, port: int, dies_every: int | None = None) -> None:
        super().__init__(port)
        self.dies_every = dies_every
        self._left = dies_every or 0

    async def pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        theirs, ours = await self.dial()
        try:
            ways = (self._pump(reader, ours, "up"), self._pump(theirs, writer, "down"))
            await asyncio.gather(*ways)
        finally:
            self.hang_up(ours)

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, way: str) -> None:
        while block := await reader.read(_BLOCK):
            setattr(self, way, getattr(self, way) + len(block))
            if self.dies_every and self._has_died(len(block)):
                return
            writer.write(block)
            await writer.drain()
        if writer.can_write_eof():
            with suppress(OSError):
                writer.write_eof()

    def _has_died(self, size: int) -> bool:
        self._left -= size
        if self._left > 0:
            return False
        self._left += self.dies_every or 0
        self.happened["died"] += 1
        self._break_all()
        return True


class FaultyProxy(Proxy):
    """Does to each request what the dice say: `odds` of each fault, from 0 to 1. `calm()` ends all of it."""

    def __init__(self, port: int, seed: int, odds: Mapping[str, float]) -> None:
        super().__init__(port)
        unknown = set(odds) - set(FAULTS)
        assert not unknown, unknown
        self.odds = dict(odds)
        self._chance = random.Random(seed)

    def calm(self) -> None:
        self.odds = {}

    async def pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        fault = self._choose()
        if fault:
            self.happened[fault] += 1
        if fault == "refused":
            writer.transport.abort()
            return
        request = await asyncio.wait_for(read_request(reader), _PATIENCE_SECONDS)
        self.up += len(request)
        ways: dict[str, Callable[[bytes, asyncio.StreamWriter], Awaitable[None]]] = {
            "cut_up": self._cut_up,
            "doubled": self._double,
            "late_double": self._double_late,
        }
        if way := ways.get(fault):
            await way(request, writer)
        else:
            await self._answer(request, writer, fault)

    def _choose(self) -> str:
        dice = self._chance.random()
        for fault, odds in self.odds.items():
            dice -= odds
            if dice < 0:
                return fault
        return ""

    async def _cut_up(self, request: bytes, writer: asyncio.StreamWriter) -> None:
        """The server hears a part of it, or all of it, and answers nobody."""
        _, ours = await self.dial()
        ours.write(request[: self._chance.randrange(1, len(request) + 1)])
        await ours.drain()
        self.hang_up(ours)
        writer.transport.abort()

    async def _double(self, request: bytes, writer: asyncio.StreamWriter) -> None:
        await self._whole_answer(request)
        await self._answer(request, writer, "")

    async def _double_late(self, request: bytes, writer: asyncio.StreamWriter) -> None:
        answers = await asyncio.gather(self._whole_answer(request), self._whole_answer(request))
        self._hand_over(writer, answers[0])
        await writer.drain()

    async def _answer(self, request: bytes, writer: asyncio.StreamWriter, fault: str) -> None:
        answer = await self._whole_answer(request)
        if fault in ("cut_down", "truncated", "stalled"):
            at = self._chance.randrange(len(answer) + 1)  # a server that is just dying answers nothing
            self._hand_over(writer, answer[:at])
            await writer.drain()
            if fault == "cut_down":
                writer.transport.abort()
            if fault != "stalled":
                return
            await asyncio.sleep(self._chance.uniform(0.05, 1.5))
            answer = answer[at:]
        self._hand_over(writer, answer)
        await writer.drain()

    async def _whole_answer(self, request: bytes) -> bytes:
        theirs, ours = await self.dial()
        try:
            ours.write(request)
            await ours.drain()
            return await asyncio.wait_for(theirs.read(-1), _PATIENCE_SECONDS)
        finally:
            self.hang_up(ours)

    def _hand_over(self, writer: asyncio.StreamWriter, part: bytes) -> None:
        self.down += len(part)
        writer.write(part)


async def read_request(reader: asyncio.StreamReader) -> bytes:
    """One request, whole, asking for a connection of its own: then the answer ends where the connection does."""
    lines = list[bytes]()
    size = 0
    while (line := await reader.readline()) not in (b"\r\n", b""):
        name, _, text = line.partition(b":")
        if name.lower() == b"content-length":
            size = int(text)
        if name.lower() not in (b"connection", b"keep-alive"):
            lines.append(line)
    if not lines:
        raise ConnectionResetError("nothing was asked")
    return b"".join([*lines, b"Connection: close\r\n\r\n"]) + await reader.readexactly(size)


@dataclass(frozen=True)
class Place:
    """Where a request or its answer is severed: `part` of `way`, so many bytes from its beginning, or from its end."""

    way: Literal["up", "down"]
    part: Literal["head", "body"]
    at: int

    def in_message(self, message: bytes) -> int:
        head = message.index(b"\r\n\r\n") + 4
        start, end = (0, head) if self.part == "head" else (head, len(message))
        return max(start, min(end, (end if self.at < 0 else start) + self.at))


class OneCut(FaultyProxy):
    """A good wire that severs the `nth` request of `method`, once, at one place."""

    def __init__(self, port: int, method: str, nth: int, place: Place) -> None:
        super().__init__(port, 1, {})
        self._left = nth
        self._method, self._place = method.encode(), place

    async def pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        request = await asyncio.wait_for(read_request(reader), _PATIENCE_SECONDS)
        self._left -= request.startswith(self._method)
        if self._left == 0:
            self._left = -1
            self.happened["severed"] += 1
            await self._sever(request, writer)
        else:
            await self._answer(request, writer, "")

    async def _sever(self, request: bytes, writer: asyncio.StreamWriter) -> None:
        if self._place.way == "up":
            _, ours = await self.dial()
            ours.write(request[: self._place.in_message(request)])
            await ours.drain()
            self.hang_up(ours)
        else:
            answer = await self._whole_answer(request)
            self._hand_over(writer, answer[: self._place.in_message(answer)])
            await writer.drain()
        writer.transport.abort()
