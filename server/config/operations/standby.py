"""What every streaming PostgreSQL standby has flushed is safe (SAFE_POLICY=standby).

Of files: those whose second copy was read back, where EVIDENCE_REPLICA_DIR names one; otherwise they are on S3, and as
safe as that is.
"""

import time
from collections.abc import Callable

from django.conf import settings
from django.db import connection

from server.common.snapshot import snapshot
from server.evidence.services.replica import first_positions_not_replicated
from server.sync.safety import STANDBY, Copy, OtherLife, copy_of_now, covering, raise_safe

WAIT_SECONDS, LOOK_EVERY_SECONDS = 5.0, 0.1


def call_flushed_safe(sleep: Callable[[float], None] = time.sleep) -> int:
    """For how many devices more is safe now; 0 where no standby has caught up in time, or another policy rules."""
    if settings.SAFE_POLICY != STANDBY:
        return 0
    copy, end = _copy_and_its_end()
    if not (copy.logs or copy.heads) or not _is_flushed(end, sleep):
        return 0
    try:
        return raise_safe(copy)
    except OtherLife:
        return 0  # restored between the two: the next turn looks at the new life


def _copy_and_its_end() -> tuple[Copy, str]:
    """The end is read after the view: whatever the view shows was written to the log before it."""
    with snapshot():
        copy = covering(copy_of_now(), first_positions_not_replicated())
    return copy, end_of_log()


def end_of_log() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_wal_insert_lsn()::text")
        return str(cursor.fetchone()[0])


def _is_flushed(end: str, sleep: Callable[[float], None]) -> bool:
    for _ in range(round(WAIT_SECONDS / LOOK_EVERY_SECONDS)):
        if standbys_behind(end) == 0:
            return True
        sleep(LOOK_EVERY_SECONDS)
    return False


def standbys_behind(end: str) -> int | None:
    """How many streaming standbys have not flushed as far as `end`; None where none streams, or we may not know."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), count(*) FILTER (WHERE flush_lsn >= %s::pg_lsn) FROM pg_stat_replication"
            " WHERE state = 'streaming'",
            [end],
        )
        streaming, there = cursor.fetchone()
    return streaming - there if streaming else None
