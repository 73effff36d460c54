"""One socket's bounded queue: what it may still be sent, and when it is too slow. Touches no socket and no database."""

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from server.realtime import frames

MOST_FRAMES = 256
MOST_BYTES = 1024 * 1024
WINDOW = 32
"""Frames of entries sent and not yet acknowledged: Daphne has no backpressure of its own."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Consecutive entries of one stream, read once and rendered once for all watchers."""

    stream: str
    ledger_epoch: str
    positions: Sequence[int]
    views: Sequence[str]
    text: str

    @classmethod
    def of(cls, stream: str, ledger_epoch: str, rows: Sequence[tuple[int, str]]) -> "Batch":
        positions, views = [row[0] for row in rows], [row[1] for row in rows]
        text = frames.entries(stream, ledger_epoch, positions[0], positions[-1], views)
        return cls(stream, ledger_epoch, positions, views, text)

    @property
    def last(self) -> int:
        return self.positions[-1]

    def after(self, position: int) -> "Batch":
        """The part above `position`; itself where that is all of it."""
        if position < self.positions[0]:
            return self
        rows = [row for row in zip(self.positions, self.views, strict=True) if row[0] > position]
        return Batch.of(self.stream, self.ledger_epoch, rows)


@dataclass(slots=True)
class Joining:
    """Batches that arrived while the watcher still reads the past of that stream."""

    batches: list[Batch] = field(default_factory=list)
    size: int = 0
    has_overflowed: bool = False

    def hold(self, batch: Batch) -> None:
        self.size += len(batch.text)
        if self.size > MOST_BYTES:
            self.has_overflowed = True
            self.batches.clear()
        else:
            self.batches.append(batch)


@dataclass(slots=True, eq=False)
class Watcher:
    """`positions` is the last entry queued of each stream; only what follows it is ever queued."""

    positions: dict[str, int] = field(default_factory=dict)
    joining: dict[str, Joining] = field(default_factory=dict)
    queue: deque[tuple[str, int | None]] = field(default_factory=deque)
    """Texts, each with the last position of its entries where it carries any."""
    queued_bytes: int = 0
    unacknowledged: deque[int] = field(default_factory=deque)
    """Last positions of the frames of entries that were sent, oldest first."""
    is_slow: bool = False
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    drained: asyncio.Event = field(default_factory=asyncio.Event)
    """Set by the pump when the queue is empty: only then is the past of one more stream laid into it."""
    officer: str = ""
    rights_changed: asyncio.Event = field(default_factory=asyncio.Event)
    """Set by the feed when an entry tells of changed rights: they are asked again at once."""

    def offer(self, batch: Batch) -> None:
        """A batch from the feed: held while joining, dropped when already queued, else queued from what is new."""
        if batch.stream in self.joining:
            self.joining[batch.stream].hold(batch)
            return
        at = self.positions.get(batch.stream)
        if at is None or batch.last <= at:
            return
        self.push(batch.after(at).text, last=batch.last)
        self.positions[batch.stream] = batch.last

    def push(self, text: str, *, last: int | None = None) -> None:
        if len(self.queue) >= MOST_FRAMES or self.queued_bytes + len(text) > MOST_BYTES:
            self.is_slow = True
        else:
            self.queue.append((text, last))
            self.queued_bytes += len(text)
            self.drained.clear()
        self.wake.set()

    def take(self) -> list[str]:
        """What may be sent now, as far as the window of unacknowledged frames allows."""
        taken = []
        while self.queue and not (self.queue[0][1] is not None and len(self.unacknowledged) >= WINDOW):
            text, last = self.queue.popleft()
            self.queued_bytes -= len(text)
            if last is not None:
                self.unacknowledged.append(last)
            taken.append(text)
        self.wake.clear()
        if not self.queue:
            self.drained.set()
        return taken

    def acknowledge(self, position: int) -> None:
        """An echo answers the frame that ended there and all before it; of two streams' equal ones the later counts."""
        while position in self.unacknowledged:
            self.unacknowledged.popleft()
        if self.queue:
            self.wake.set()

    def leave(self, stream: str) -> None:
        self.positions.pop(stream, None)
        self.joining.pop(stream, None)
