"""The line to one court: what goes over it is dropped, doubled, delayed, overtaken, cut, truncated and altered, by a
seed; each about as often as any other."""

import asyncio
from contextlib import suppress

from tests.chaos.proxy import FaultyProxy, read_request

FAULTS = ("dropped", "doubled", "delayed", "reordered", "cut", "truncated", "altered")
"""The request thrown away; served twice; held up; served after one that came later, its sender having heard nothing;
request or answer cut by a reset; the answer ended early but politely; a byte of either another."""
_PATIENCE_SECONDS = 30.0


class CourtLine(FaultyProxy):
    """Use as any proxy. `calm()` ends all faults; what is still held back is served then, late as it is."""

    def __init__(self, port: int, seed: int, share: float = 0.35) -> None:
        super().__init__(port, seed, {})
        self.share = share
        self.requests = 0
        self._held: list[bytes] = []

    def calm(self) -> None:
        self.share = 0.0

    async def pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        request = await asyncio.wait_for(read_request(reader), _PATIENCE_SECONDS)
        self.requests += 1
        fault = self._choose()
        if fault == "reordered":
            self._held.append(request)
            writer.transport.abort()
            return
        if fault:
            self.happened[fault] += 1
        await getattr(self, f"_{fault or 'served'}")(request, writer)
        await self._let_go()

    def _choose(self) -> str:
        """One of those that happened least."""
        if self._chance.random() >= self.share:
            return ""
        counts = {fault: self.happened[fault] + (len(self._held) if fault == "reordered" else 0) for fault in FAULTS}
        return self._chance.choice([fault for fault in FAULTS if counts[fault] == min(counts.values())])

    async def _let_go(self) -> None:
        held, self._held = self._held, []
        for request in held:
            with suppress(OSError, TimeoutError):
                await self._whole_answer(request)
            self.happened["reordered"] += 1

    async def _served(self, request: bytes, writer: asyncio.StreamWriter) -> None:
        await self._answer(request, writer, "")

    async def _dropped(self, request: bytes, writer: asyncio.StreamWriter) -> None:
        writer.transport.abort()

    async def _doubled(self, request: bytes, writer: asyncio.StreamWriter) -> None:
        await self._double(request, writer)

    async def _delayed(self, request: bytes, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(self._chance.uniform(0.2, 1.5))
        await self._served(request, writer)

    async def _cut(self, request: bytes, writer: asyncio.StreamWriter) -> None:
        if self._chance.random() < 0.5:
            await self._cut_up(request, writer)
        else:
            await self._answer(request, writer, "cut_down")

    async def _truncated(self, request: bytes, writer: asyncio.StreamWriter) -> None:
        await self._answer(request, writer, "truncated")

    async def _altered(self, request: bytes, writer: asyncio.StreamWriter) -> None:
        """In the body of what was asked, or where it has none, of what is answered."""
        if not request.endswith(b"\r\n\r\n"):
            await self._served(self._other(request), writer)
            return
        answer = await self._whole_answer(request)
        self._hand_over(writer, self._other(answer))
        await writer.drain()

    def _other(self, message: bytes) -> bytes:
        start = message.find(b"\r\n\r\n") + 4
        if start >= len(message):
            return message
        at = self._chance.randrange(start, len(message))
        return message[:at] + bytes([message[at] ^ 1]) + message[at + 1 :]
