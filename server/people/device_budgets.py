"""How much a device may ask in a minute, and one thing at a time: flow control, never a refusal.

Counted in the memory of each web process and nowhere else. A budget guards the threads and the memory of its process,
so more processes have more to give; a count they share would cost a write for each request. What guards disks (the
sealed quarantine, parcels) and what guards secrets (enrolment, sign-in) is counted in the database.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from math import ceil
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext as _

from server.common import spreading
from server.common.allowance import Allowance
from server.common.errors import DomainError

WAITING_AT_ONCE = 4
TURN_SECONDS = 20.0
_used = Allowance()
_turns: dict[UUID, "Turn"] = {}
_lock = threading.Lock()


def spend(device_id: UUID, **costs: int) -> None:
    """Names as in DEVICE_BUDGETS. Raises DomainError 429 `budget_spent` with `budget`; then nothing was spent."""
    spent = _used.spend(device_id, costs, settings.DEVICE_BUDGETS)
    if spent is None:
        return
    name, seconds = spent
    message = _("This device asked for much in a short time. Nothing was lost: it goes on by itself in a moment.")
    wait = spreading.between(ceil(seconds) + 1, ceil(seconds) + 5)
    raise DomainError("budget_spent", 429, message, {"budget": name}, retry_after_seconds=wait)


@dataclass(slots=True)
class Turn:
    held: threading.Lock = field(default_factory=threading.Lock)
    asking: int = 0


@contextmanager
def turn_of(device_id: UUID) -> Iterator[None]:
    """A device has one request outstanding (R28): what comes beside it, doubled on the way, waits; a few at most, for
    each keeps a thread.

    Raises DomainError 429 `device_busy`. Across processes the lock on the device's log does the same.
    """
    with _lock:
        turn = _turns.setdefault(device_id, Turn())
        if turn.asking > WAITING_AT_ONCE:
            raise _busy()
        turn.asking += 1
    try:
        if not turn.held.acquire(timeout=TURN_SECONDS):
            raise _busy()
        try:
            yield
        finally:
            turn.held.release()
    finally:
        with _lock:
            turn.asking -= 1
            if not turn.asking:
                del _turns[device_id]


def _busy() -> DomainError:
    message = _("Other requests of this device are still being answered. Wait for them, then send this one again.")
    return DomainError("device_busy", 429, message, retry_after_seconds=spreading.between(1, 3))
