"""The server's clock. All times are UTC; dates are judged in Asia/Shanghai."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
_clock: Callable[[], datetime] | None = None


def now() -> datetime:
    return _clock() if _clock else datetime.now(UTC)


def set_clock(clock: Callable[[], datetime] | None) -> None:
    """For tests and the simulation; None restores the machine's clock."""
    global _clock
    _clock = clock


def to_wire(moment: datetime) -> str:
    """RFC 3339 in UTC with milliseconds: `2026-11-22T02:00:05.123Z`."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def from_wire(text: str) -> datetime:
    """Parse RFC 3339 with any offset. Raises ValueError, also for a time without an offset."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a time needs its offset from UTC")
    return moment.astimezone(UTC)


def local_date(moment: datetime) -> date:
    return moment.astimezone(SHANGHAI).date()
