"""Who waits for a lock of whom: what tests of two connections look at instead of sleeping."""

import time
from collections.abc import Callable

from django.db import connection

PATIENCE_SECONDS = 20


def somebody_waits_for_us() -> bool:
    """Another connection stands still until this one commits. On SQLite any other writer does, unseen: always true."""
    if connection.vendor != "postgresql":
        return True
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT 1 FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid)))"
        )
        return bool(cursor.fetchone()[0])


def until(holds: Callable[[], bool]) -> None:
    """Look again and again. Raises TimeoutError after more patience than anything here needs."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        if time.monotonic() > deadline:
            raise TimeoutError
        time.sleep(0.01)
