"""How a watcher joins a stream without a hole: register first, read the ledger, then let in what came meanwhile."""

from dataclasses import dataclass

from channels.db import database_sync_to_async

from server.ledger.heights import note_height, read_height
from server.ledger.models import Head
from server.realtime import frames
from server.realtime.access import Viewer, watchable_streams
from server.realtime.feed import READ_AT_ONCE, Feed, read_rows
from server.realtime.frames import Position
from server.realtime.watcher import MOST_BYTES, Batch, Joining, Watcher

LARGEST_GAP = 1000
LARGEST_PAST_BYTES = MOST_BYTES // 2
"""A past that cannot be queued would close the socket as slow, at every attempt anew."""
ROWS_PER_FRAME = 100


@dataclass(frozen=True, slots=True)
class Past:
    """What the ledger holds above a position, or why it cannot be replayed from there."""

    ledger_epoch: str = ""
    start: int = 0
    head: int = 0
    rows: tuple[tuple[int, str], ...] = ()
    refusal: str = ""


async def join(feed: Feed, watcher: Watcher, viewer: Viewer, wanted: Position) -> bool:
    """Subscribe, answering `ok` and the missing entries, or `reset`; True when the stream now flows."""
    stream = wanted.stream
    await _room(watcher)
    if stream in watcher.positions:
        watcher.leave(stream)
    watcher.joining[stream] = Joining()
    feed.register(stream, watcher)
    past = await database_sync_to_async(read_past)(viewer, wanted)
    while not past.refusal and watcher.joining[stream].has_overflowed:
        watcher.joining[stream] = Joining()
        past = await database_sync_to_async(read_past)(viewer, wanted)
    held = watcher.joining.pop(stream)
    if past.refusal:
        feed.leave(stream, watcher)
        watcher.push(frames.reset(stream, past.refusal))
        return False
    feed.begin_at(stream, past.ledger_epoch, past.head)
    _let_in(watcher, stream, past, held)
    return True


def _let_in(watcher: Watcher, stream: str, past: Past, held: Joining) -> None:
    watcher.push(frames.ok(stream, past.ledger_epoch, past.start, past.head))
    for index in range(0, len(past.rows), ROWS_PER_FRAME):
        batch = Batch.of(stream, past.ledger_epoch, past.rows[index : index + ROWS_PER_FRAME])
        watcher.push(batch.text, last=batch.last)
    watcher.positions[stream] = past.head
    for batch in held.batches:
        watcher.offer(batch)


async def _room(watcher: Watcher) -> None:
    """Many streams joined at once must not fill the queue of a client that reads: one past after the other."""
    if watcher.queue:
        await watcher.drained.wait()


async def replay(watcher: Watcher, viewer: Viewer, need: Position) -> None:
    """A gap the client saw: the same entries again, from the ledger. Positions queued later are left alone."""
    await _room(watcher)
    past = await database_sync_to_async(read_past)(viewer, need)
    if past.refusal:
        watcher.push(frames.reset(need.stream, past.refusal))
    elif past.rows:
        batch = Batch.of(need.stream, past.ledger_epoch, past.rows)
        watcher.push(batch.text, last=batch.last)


def read_past(viewer: Viewer, wanted: Position) -> Past:
    """Rights are asked here too: a replay refuses as well. Never a part of a gap."""
    if wanted.stream not in watchable_streams(viewer, [wanted.stream]):
        return Past(refusal="rights")
    head = Head.objects.filter(stream=wanted.stream).first()
    if head is None:
        return Past(refusal="rights")
    _note_heights(viewer, wanted, head)
    if wanted.ledger_epoch not in (None, head.ledger_epoch):
        return Past(refusal="epoch")
    start = head.position if wanted.position is None else wanted.position
    if start > head.position:
        return Past(refusal="position")
    if head.position - start > LARGEST_GAP:
        return Past(refusal="gap")
    rows: list[tuple[int, str]] = []
    while start + len(rows) < head.position:
        rows += read_rows(wanted.stream, start + len(rows), min(READ_AT_ONCE, head.position - start - len(rows)))
    if sum(len(text) for _position, text in rows) > LARGEST_PAST_BYTES:
        return Past(refusal="gap")
    return Past(head.ledger_epoch, start, head.position, tuple(rows))


def _note_heights(viewer: Viewer, wanted: Position, head: Head) -> None:
    """What a watcher saw of an earlier life, where it goes on from and what it remembers."""
    place = {"ledger_epoch": wanted.ledger_epoch, "position": wanted.position}
    for height in filter(None, map(read_height, (place, wanted.seen))):
        if height.ledger_epoch != head.ledger_epoch:
            note_height(wanted.stream, height, f"officer:{viewer.officer_id}")
