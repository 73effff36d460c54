"""One feed per process: reads new entries once per stream and hands the same text to every watcher.

Woken by a hint after commit, or by its own poll every second: a lost hint costs a second, nothing else.
"""

import asyncio
import contextlib
import logging
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from channels.db import database_sync_to_async
from django.db import DatabaseError

from server.ledger.models import Entry, Head
from server.realtime import frames
from server.realtime.watcher import Batch, Watcher

logger = logging.getLogger(__name__)

POLL_SECONDS = 1.0
SILENT_AFTER_SECONDS = 15.0
READ_AT_ONCE = 500
RIGHTS_KINDS = ('"kind":"role_ended"', '"kind":"officer_suspended"', '"kind":"wall_revoked"')
"""As they stand in an entry's canonical text; a false alarm costs one question."""


@dataclass(frozen=True, slots=True)
class Read:
    """What one look at the ledger found: the head of each stream, and the new rows of those that moved."""

    heads: dict[str, tuple[str, int]]
    rows: dict[str, list[tuple[int, str]]]


class Feed:
    def __init__(self, *, coalesce_seconds: float = 0.05) -> None:
        self.coalesce_seconds = coalesce_seconds
        self.watchers: dict[str, set[Watcher]] = defaultdict(set)
        self.heads: dict[str, tuple[str, int]] = {}
        self.read_at = 0.0
        """When the ledger was last read, by the loop's clock: without it a heartbeat would be a frozen picture's."""
        self._loop: asyncio.AbstractEventLoop | None = None
        self._hint = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def register(self, stream: str, watcher: Watcher) -> None:
        self.watchers[stream].add(watcher)
        if self._task is None or self._task.done():
            self._loop = asyncio.get_running_loop()
            self._task = self._loop.create_task(self._run(), name="live feed")

    def begin_at(self, stream: str, ledger_epoch: str, position: int) -> None:
        """From where a newly watched stream is read; a stream already followed keeps its place."""
        self.heads.setdefault(stream, (ledger_epoch, position))

    def unregister(self, watcher: Watcher) -> None:
        for stream in [stream for stream, watchers in self.watchers.items() if watcher in watchers]:
            self.leave(stream, watcher)

    def leave(self, stream: str, watcher: Watcher) -> None:
        self.watchers[stream].discard(watcher)
        if not self.watchers[stream]:
            del self.watchers[stream]
            self.heads.pop(stream, None)

    def hint(self, positions: Mapping[str, int]) -> None:
        """From any thread, after a commit. Unwatched streams wake nobody."""
        loop = self._loop
        if loop is None or not any(stream in self.watchers for stream in positions):
            return
        with contextlib.suppress(RuntimeError):  # the loop is closing
            loop.call_soon_threadsafe(self._hint.set)

    def ask_rights(self, officers: Collection[str]) -> None:
        """From any thread: rights or sessions of these officers changed; whoever of them watches is judged anew."""
        if self._loop is not None and self.watchers:
            with contextlib.suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._ask_rights, frozenset(officers))

    def _ask_rights(self, officers: frozenset[str]) -> None:
        for watcher in {watcher for watchers in self.watchers.values() for watcher in watchers}:
            if watcher.officer in officers:
                watcher.rights_changed.set()

    def is_reading(self) -> bool:
        """Whether the ledger answered lately; False while the database is away."""
        return asyncio.get_running_loop().time() - self.read_at < SILENT_AFTER_SECONDS

    async def _run(self) -> None:
        while self.watchers:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._hint.wait(), POLL_SECONDS)
            if self._hint.is_set() and self.coalesce_seconds:
                await asyncio.sleep(self.coalesce_seconds)
            self._hint.clear()
            try:
                await self._read_and_hand_out()
                self.read_at = asyncio.get_running_loop().time()
            except (DatabaseError, OSError):
                logger.warning("live feed could not read the ledger; trying again", exc_info=True)
        self._task = None

    async def _read_and_hand_out(self) -> None:
        followed = {stream: self.heads[stream] for stream in self.watchers if stream in self.heads}
        if not followed:
            return
        found = await database_sync_to_async(read_ledger)(followed)
        for stream, (epoch, _) in found.heads.items():
            if stream in self.heads and epoch != self.heads[stream][0]:
                self._restart(stream, found.heads[stream])
        for stream, rows in found.rows.items():
            if rows and stream in self.heads:
                self._hand_out(Batch.of(stream, found.heads[stream][0], rows))

    def _restart(self, stream: str, head: tuple[str, int]) -> None:
        """The ledger's numbering began a new life (a restore): everybody takes a fresh snapshot."""
        self.heads[stream] = head
        for watcher in self.watchers[stream]:
            if stream in watcher.joining:
                watcher.joining[stream].has_overflowed = True  # it reads again, and meets the new life itself
            else:
                watcher.leave(stream)
                watcher.push(frames.reset(stream, "epoch"))

    def _hand_out(self, batch: Batch) -> None:
        self.heads[batch.stream] = (batch.ledger_epoch, batch.last)
        tells_of_rights = any(kind in view for view in batch.views for kind in RIGHTS_KINDS)
        for watcher in self.watchers[batch.stream]:
            watcher.offer(batch)
            if tells_of_rights:
                watcher.rights_changed.set()
        if len(batch.positions) == READ_AT_ONCE:
            self._hint.set()


def read_ledger(followed: Mapping[str, tuple[str, int]]) -> Read:
    """One query for the heads, one for each stream that moved."""
    heads = {
        stream: (epoch, position)
        for stream, epoch, position in Head.objects.filter(stream__in=list(followed)).values_list(
            "stream", "ledger_epoch", "position"
        )
    }
    rows = {
        stream: read_rows(stream, followed[stream][1])
        for stream, (epoch, position) in heads.items()
        if epoch == followed[stream][0] and position > followed[stream][1]
    }
    return Read(heads, rows)


def read_rows(stream: str, position: int, limit: int = READ_AT_ONCE) -> list[tuple[int, str]]:
    entries = Entry.objects.filter(stream=stream, position__gt=position).order_by("position")
    return list(entries.values_list("position", "view")[:limit])


feed = Feed()
"""The feed of this process."""
