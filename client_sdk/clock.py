"""The device's clocks. They are evidence, never authority: the server keeps what they said and judges it."""

import os
import time
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Protocol
from uuid import uuid4

# China has one zone without summer time, and a minimal machine has no zone files.
SHANGHAI = timezone(timedelta(hours=8))


class Clock(Protocol):
    """What a store asks about time; tests and the simulation bring their own."""

    def now(self) -> datetime: ...
    def boot_ms(self) -> int: ...
    def boot_id(self) -> str: ...


class DeviceClock:
    """This machine's clocks."""

    def __init__(self) -> None:
        self._boot_id = _boot_id()

    def now(self) -> datetime:
        return datetime.now(UTC)

    def boot_ms(self) -> int:
        """Milliseconds since boot, counting suspend where the system can."""
        clock = getattr(time, "CLOCK_BOOTTIME", None)
        return int((time.monotonic() if clock is None else time.clock_gettime(clock)) * 1000)

    def boot_id(self) -> str:
        return self._boot_id


def _boot_id() -> str:
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        # Unknown boot: a value of this process alone keeps two boots from being mistaken for one.
        return f"process-{uuid4()}"


def to_wire(moment: datetime) -> str:
    """RFC 3339 in UTC with milliseconds: `2026-11-22T02:00:05.123Z`."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def from_wire(text: str) -> datetime:
    """Parse RFC 3339 with its offset; raises ValueError without one."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a time needs its offset from UTC")
    return moment.astimezone(UTC)


def local_date(moment: datetime) -> date:
    return moment.astimezone(SHANGHAI).date()


def zone_name(moment: datetime) -> str:
    """The device's IANA zone as well as it is known: `Asia/Shanghai`."""
    named = os.environ.get("TZ", "").removeprefix(":")
    linked = os.path.realpath("/etc/localtime").partition("/zoneinfo/")[2]
    offset = moment.astimezone().utcoffset() or timedelta()
    if "/" in (named or linked):
        return named or linked
    if offset == timedelta(hours=8):
        return "Asia/Shanghai"
    # The signs of these names are the other way round, by an old custom.
    return f"Etc/GMT{-(offset // timedelta(hours=1)):+d}" if offset else "Etc/UTC"
