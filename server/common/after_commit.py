"""Work that follows a commit: whatever becomes of it, what was committed stands and is answered."""

from collections.abc import Callable
from typing import Any

from django.db import transaction


def after_commit(work: Callable[..., object], *given: Any, **named: Any) -> None:
    """Do it once the caller's transaction is committed; its fault is logged, and fails nobody."""

    # A plain function: Django's log of a fault asks for __qualname__; a partial has none, and the fault would get out.
    def follow() -> None:
        work(*given, **named)

    follow.__qualname__ = getattr(work, "__qualname__", repr(work))
    transaction.on_commit(follow, robust=True)
