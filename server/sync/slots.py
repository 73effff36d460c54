"""Ten minutes as numbers since 1970: in which of them a device asked. Pure."""

from datetime import UTC, datetime, timedelta

SLOT = timedelta(minutes=10)
SLOTS_KEPT = 30
"""Five hours: more than any page shows."""
_SECONDS = int(SLOT.total_seconds())


def slot_of(at: datetime) -> int:
    return int(at.timestamp()) // _SECONDS


def begin_of(slot: int) -> datetime:
    return datetime.fromtimestamp(slot * _SECONDS, UTC)
