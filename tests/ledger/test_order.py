"""Positions are gapless and in commit order, whoever writes at the same time (I18)."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from server.ledger.models import Entry
from server.ledger.queries import entries_after, head_of
from server.ledger.services import append
from server.ledger.signals import appended
from server.ledger.verify import verify_stream
from tests.ledger.streams import append_now, draft, opened

WRITERS, ROUNDS = 16, 6


def at_once(works: Sequence[Callable[[], None]]) -> None:
    """Run each in a thread with its own connection; their faults are ours."""
    barrier = threading.Barrier(len(works))

    def run(work: Callable[[], None]) -> None:
        try:
            barrier.wait()
            work()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as threads:
        list(threads.map(run, works))


@pytest.mark.django_db(transaction=True)
def test_sixteen_writers_on_one_stream_leave_no_gap_and_no_double() -> None:
    (stream,) = opened()

    def write() -> None:
        for _ in range(ROUNDS):
            append_now(draft(stream), draft(stream))

    at_once([write] * WRITERS)
    positions = [entry.position for entry in entries_after(stream, 0, 10_000)]
    assert positions == list(range(1, WRITERS * ROUNDS * 2 + 1))
    assert verify_stream(stream).is_sound


@pytest.mark.django_db(transaction=True)
def test_writers_of_several_streams_in_any_order_never_deadlock() -> None:
    streams = opened(4)

    def writer(number: int) -> Callable[[], None]:
        mine = streams[number % 4 :] + streams[: number % 4]

        def write() -> None:
            for _ in range(ROUNDS):
                append_now(draft(*mine), draft(mine[0]))

        return write

    at_once([writer(number) for number in range(WRITERS)])
    for stream in streams:
        assert verify_stream(stream).is_sound
        assert head_of(stream).position == WRITERS * ROUNDS + WRITERS // 4 * ROUNDS


def _append_and_roll_back(stream: str) -> None:
    with transaction.atomic():
        append([draft(stream)])
        transaction.set_rollback(True)


@pytest.mark.django_db(transaction=True)
def test_a_rolled_back_writer_leaves_no_hole() -> None:
    (stream,) = opened()
    append_now(draft(stream))
    _append_and_roll_back(stream)
    append_now(draft(stream))
    assert [entry.position for entry in entries_after(stream, 0, 10)] == [1, 2]
    assert verify_stream(stream).is_sound


@pytest.mark.django_db(transaction=True)
def test_a_reader_never_sees_a_position_before_all_below_it() -> None:
    """Writers commit in the inverse order of their start; the one that appended first holds the other back."""
    (stream,) = opened()
    first_appended, seen = threading.Event(), list[list[int]]()

    def slow() -> None:
        with transaction.atomic():
            append([draft(stream)])
            first_appended.set()
            # The second is waiting for the head by now or will be: either way nothing may be visible yet.
            seen.append(_positions_elsewhere(stream))

    def quick() -> None:
        first_appended.wait()
        append_now(draft(stream))
        seen.append(_positions_elsewhere(stream))

    at_once([slow, quick])
    assert seen == [[], [1, 2]]


def _positions_elsewhere(stream: str) -> list[int]:
    found: list[int] = []

    def read() -> None:
        found.extend(Entry.objects.filter(stream=stream).order_by("position").values_list("position", flat=True))
        connection.close()

    reader = threading.Thread(target=read)
    reader.start()
    reader.join()
    return found


@pytest.mark.django_db(transaction=True)
def test_watchers_are_told_after_the_commit_and_only_then() -> None:
    (stream,) = opened()
    heard: list[dict[str, int]] = []

    def listen(positions: dict[str, int], **_: object) -> None:
        heard.append(positions)

    appended.connect(listen)
    try:
        with transaction.atomic():
            append([draft(stream), draft(stream)])
            assert heard == []
        _append_and_roll_back(stream)
    finally:
        appended.disconnect(listen)
    assert heard == [{stream: 2}]


@pytest.mark.django_db(transaction=True)
def test_a_listener_that_fails_does_not_fail_the_writer() -> None:
    (stream,) = opened()

    def fail(**_: object) -> None:
        raise ConnectionError("the channel layer is down")

    appended.connect(fail)
    try:
        append_now(draft(stream))
    finally:
        appended.disconnect(fail)
    assert head_of(stream).position == 1
