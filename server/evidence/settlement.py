"""Who above hears of verified bytes: registered here, so that evidence need not know what holds its files."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from server.common.bulk import Change
from server.evidence.models import Promise
from server.ledger.services import Draft


class Overtaken(Exception):
    """What was to be settled changed before it could be held: nothing was done, and the transaction begins anew."""


@dataclass(frozen=True, slots=True)
class Settlement:
    """What follows from verified bytes: entries to append, and rows to change in one with the promises' own."""

    drafts: tuple[Draft, ...] = ()
    changes: tuple[Change, ...] = ()


Settle = Callable[[Sequence[Promise]], Settlement]
"""Called inside the verifying transaction, device row locked, with promises of one hand and one hash, as they are to
be: their rows are not written yet. It locks its subjects and moves what waited for the bytes; it must not append
itself. May raise Overtaken."""

_callbacks: list[Settle] = []


def register(callback: Settle) -> None:
    """For an app's `ready()`; registering twice is harmless."""
    if callback not in _callbacks:
        _callbacks.append(callback)


def settle(promises: Sequence[Promise]) -> Settlement:
    settled = [callback(promises) for callback in _callbacks]
    return Settlement(
        tuple(draft for each in settled for draft in each.drafts),
        tuple(change for each in settled for change in each.changes),
    )
