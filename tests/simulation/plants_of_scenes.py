"""Planted faults that a scene shows (`scenes.py`), each with its scene: two at once, or a story of its own."""

import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from unittest import mock

from server.cases import queries as case_queries
from server.evidence.services import verification
from server.ledger import services as ledger
from server.ledger.models import Head
from server.ledger.queries import head_of
from server.realtime import snapshot as live
from server.sync import continuity, parcels, pull, push
from server.sync.models import Parcel
from server.sync.statements import stated


@contextmanager
def two_finishes_unlocked() -> Iterator[None]:
    """Whoever counts a device's files does not hold its row."""
    with mock.patch.object(verification, "lock_device"):
        yield


@contextmanager
def heads_locked_in_batch_order() -> Iterator[None]:
    """Ledger heads are locked as a batch happens to name them."""
    real, mine = ledger.append, threading.local()

    def append(drafts: Sequence[ledger.Draft]) -> Any:
        mine.order = list(dict.fromkeys(stream for draft in drafts for stream in draft.streams))
        return real(drafts)

    def lock(_streams: Iterable[str]) -> dict[str, Head]:
        return {stream: Head.objects.select_for_update().get(pk=stream) for stream in mine.order}

    with mock.patch.object(ledger, "append", append), mock.patch.object(ledger, "_lock_heads", lock):
        yield


@contextmanager
def case_not_held() -> Iterator[None]:
    """An act is judged by a case that may change hands before the commit."""
    with mock.patch.object(case_queries, "_CASES_HELD", case_queries._CASES):
        yield


@contextmanager
def acknowledged_outside_the_snapshot() -> Iterator[None]:
    """What a page acknowledges is read after its units, not with them."""

    def later(*given: Any, **known: Any) -> Any:
        return stated(*given, **{**known, "log": None})

    with mock.patch.object(pull, "stated", later):
        yield


@contextmanager
def state_before_head() -> Iterator[None]:
    """The command centre's snapshot reads its state first, then the position it says it is true for."""

    real = live.take_snapshot

    def careless(stream: str, court: Any) -> dict[str, Any]:
        return {**real(stream, court), "position": head_of(stream).position}

    with mock.patch.object(live, "take_snapshot", careless):
        yield


@contextmanager
def clone_taken_for_the_phone() -> Iterator[None]:
    """A number that is stored is taken for a repetition, whoever recorded what under it."""
    with mock.patch.object(continuity, "_require_one_history"):
        yield


@contextmanager
def gapped_parcel_taken() -> Iterator[None]:
    """A parcel that has to wait for what is before it is called taken."""

    def hasty(parcel: Parcel, code: str) -> Parcel:
        return parcels._end(parcel, Parcel.State.TAKEN, None)

    with mock.patch.object(parcels, "_wait", hasty):
        yield


@contextmanager
def hole_refused() -> Iterator[None]:
    """A server restored to before its own word insists on what nobody has any more."""
    with mock.patch.object(push, "accept_lost_range", return_value=[]):
        yield
