"""One socket's queue: bounded, in order, nothing twice."""

import json

from server.realtime.watcher import MOST_FRAMES, WINDOW, Batch, Joining, Watcher

STREAM = "court:0198"


def batch(first: int, last: int) -> Batch:
    rows = [(position, json.dumps({"position": position})) for position in range(first, last + 1)]
    return Batch.of(STREAM, "l-1", rows)


def positions(texts: list[str]) -> list[int]:
    return [entry["position"] for text in texts for entry in json.loads(text)["entries"]]


def watching(position: int) -> Watcher:
    return Watcher(positions={STREAM: position})


def test_a_batch_that_overlaps_what_was_queued_gives_only_what_is_new() -> None:
    watcher = watching(3)
    watcher.offer(batch(2, 5))
    watcher.offer(batch(4, 6))
    assert positions(watcher.take()) == [4, 5, 6]


def test_a_batch_of_the_past_is_dropped() -> None:
    watcher = watching(9)
    watcher.offer(batch(7, 9))
    assert watcher.take() == []


def test_an_unwatched_stream_is_dropped() -> None:
    watcher = Watcher()
    watcher.offer(batch(1, 1))
    assert watcher.take() == []


def test_batches_wait_while_joining() -> None:
    watcher = watching(0)
    watcher.joining[STREAM] = Joining()
    watcher.offer(batch(1, 2))
    assert watcher.take() == []
    assert [held.last for held in watcher.joining[STREAM].batches] == [2]


def test_a_full_queue_marks_the_watcher_slow_instead_of_growing() -> None:
    watcher = watching(0)
    for position in range(1, MOST_FRAMES + 2):
        watcher.offer(batch(position, position))
    assert watcher.is_slow
    assert len(watcher.queue) == MOST_FRAMES


def test_frames_beyond_the_window_wait_for_an_echo_but_a_heartbeat_waits_for_nothing() -> None:
    watcher = watching(0)
    for position in range(1, WINDOW + 3):
        watcher.offer(batch(position, position))
    assert len(watcher.take()) == WINDOW
    assert watcher.take() == []
    watcher.acknowledge(1)
    assert positions(watcher.take()) == [WINDOW + 1]


def test_one_echo_answers_every_frame_before_it() -> None:
    watcher = watching(0)
    for position in range(1, 2 * WINDOW + 1):
        watcher.offer(batch(position, position))
    watcher.take()
    watcher.acknowledge(8)
    assert positions(watcher.take()) == list(range(WINDOW + 1, WINDOW + 9))


def test_an_echo_of_nothing_that_was_sent_answers_nothing() -> None:
    watcher = watching(0)
    for position in range(1, WINDOW + 2):
        watcher.offer(batch(position, position))
    watcher.take()
    watcher.acknowledge(WINDOW + 9)
    assert watcher.take() == []


def test_every_watcher_gets_the_same_text() -> None:
    one, two = watching(0), watching(0)
    shared = batch(1, 3)
    one.offer(shared)
    two.offer(shared)
    assert one.take()[0] is two.take()[0]
