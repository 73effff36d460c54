"""A standby was promoted: what the lost primary had acknowledged last may be missing, so this is another life.

PostgreSQL begins a new timeline with each promotion, and with each recovery of a base backup: that is how it is known.
"""

import logging

from django.db import connection, transaction

from server.config.operations.renewal import NewLife, begin_new_life
from server.evidence.models import ScrubPass
from server.ledger.models import Head, ServerLife
from server.sync.models import DeviceLog

logger = logging.getLogger(__name__)


def take_over_if_promoted() -> NewLife | None:
    """Begin a new life where the timeline is another one than before; for the beat and for every start."""
    timeline = _timeline()
    if not timeline:
        return None
    with transaction.atomic():
        known = _current().timeline
        if known == timeline:
            return None
        if known:
            return _take_over(timeline)
        ServerLife.objects.filter(pk=_current().pk).update(timeline=timeline)
    return None


@transaction.atomic
def take_over() -> NewLife:
    """The same whatever the timeline: for a copy that was brought to life in another way, such as a disk snapshot."""
    return _take_over(_timeline())


def _take_over(timeline: str) -> NewLife:
    """Nothing is in a copy elsewhere any more: what was one is the server now. A new scrub looks at all files."""
    life = begin_new_life()
    ServerLife.objects.filter(pk=life.server_epoch).update(timeline=timeline)
    Head.objects.update(safe_position=0)
    DeviceLog.objects.update(safe_seq=0, safe_hash="")
    ScrubPass.objects.all().delete()
    logger.warning("this database is a promoted copy: a new life has begun, devices send again what it lacks")
    return life


def _current() -> ServerLife:
    """Locked, so that two processes do not begin a life each."""
    return ServerLife.objects.select_for_update().order_by("-started_at", "-server_epoch")[0]


def _timeline() -> str:
    """Of the log PostgreSQL writes now; empty where there is none, or it is still in recovery."""
    if connection.vendor != "postgresql":
        return ""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT CASE WHEN pg_is_in_recovery() THEN '' ELSE substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8) END"
        )
        return str(cursor.fetchone()[0])
