"""Who above hears of verified bytes: registered here, so that evidence need not know what holds its files."""

from collections.abc import Callable, Sequence

from server.evidence.models import Promise
from server.ledger.services import Draft

Settle = Callable[[Sequence[Promise]], Sequence[Draft]]
"""Called inside the verifying transaction, device row locked, with promises of one device and one hash. It locks its
subjects, moves what waited for the bytes, and returns the entries to append; it must not append itself."""

_callbacks: list[Settle] = []


def register(callback: Settle) -> None:
    """For an app's `ready()`; registering twice is harmless."""
    if callback not in _callbacks:
        _callbacks.append(callback)


def settle(promises: Sequence[Promise]) -> list[Draft]:
    return [draft for callback in _callbacks for draft in callback(promises)]
