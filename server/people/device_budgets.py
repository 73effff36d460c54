"""How much a device may ask in a minute, and one thing at a time: flow control, never a refusal.

Counted in the memory of each web process and nowhere else. A budget guards the threads and the memory of its process,
so more processes have more to give; a count they share would cost a write for each request. What guards disks (the
sealed quarantine, parcels) and what guards secrets (enrolment, sign-in) is counted in the database.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from math import ceil
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext as _

from server.common import spreading
from server.common.allowance import Allowance
from server.common.errors import DomainError

_used = Allowance()
_answering: set[UUID] = set()
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


@contextmanager
def turn_of(device_id: UUID) -> Iterator[None]:
    """A device has one request outstanding (R28): a second one would only keep a thread waiting for the first.

    Raises DomainError 429 `device_busy`. Across processes the lock on the device's log says the same, later.
    """
    with _lock:
        if device_id in _answering:
            message = _(
                "Another request of this device is still being answered. Wait for it, then send this one again."
            )
            raise DomainError("device_busy", 429, message, retry_after_seconds=spreading.between(1, 3))
        _answering.add(device_id)
    try:
        yield
    finally:
        with _lock:
            _answering.discard(device_id)
