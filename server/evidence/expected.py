"""When a promised file may be expected: what its device last said of its queue, and nothing surer than that. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

NAMED_CHARACTERS = 16
"""So much of a hash names a file among those of one device."""
SILENT_AFTER = timedelta(minutes=2)
"""A device that sends or asks is heard every few seconds; one not heard for so long tells of nothing that moves."""
_MOST_BYTES = 2**53
_LONGEST_SECONDS = 10**8


@dataclass(frozen=True, slots=True)
class Owed:
    """A promised file that may still come."""

    bytes: int
    """Of which so many are not here yet."""
    wanted_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """A device's own word of its uploads (R79), as far as it can be read."""

    reported_at: datetime | None = None
    queue: tuple[str, ...] = ()
    """Beginnings of hashes, in the order they go."""
    held_back: Mapping[str, str] = field(default_factory=dict)
    """Beginnings of hashes of those that wait, with the reason: `metered`, `battery`."""
    files: int | None = None
    """All that go, those beyond the list too; None from a device that does not speak of its queue."""
    rate: int = 0
    """Bytes a second, as it last measured them; 0 where it has not."""


@dataclass(frozen=True, slots=True)
class Expected:
    """All of it as of `as_of`, the device's last word, but for what arrived since."""

    as_of: datetime | None
    heard_at: datetime | None
    """When anything last came from the device, a piece of a file too."""
    place: int | None = None
    """1 for the next one; None where the device did not say, or not that far."""
    of: int | None = None
    bytes_before: int | None = None
    held_back: str = ""
    earliest_at: datetime | None = None
    latest_at: datetime | None = None
    """Between these if the line stays as it was; None for both: not before the next contact, and nobody knows when."""


def read_report(status: Mapping[str, Any], reported_at: datetime | None) -> Report:
    """What is not of the form is left out: it is a device's word, and serves for showing alone."""
    said = _object(status.get("uploads"))
    queue, held = _object(said.get("queue")), _object(said.get("held_back"))
    return Report(
        reported_at,
        queue=_names(queue),
        held_back={name: reason for reason, lane in held.items() for name in _names(_object(lane))},
        files=_whole(queue.get("files")),
        rate=_whole(said.get("bytes_per_second")) or 0,
    )


def expected(
    sha256: str, report: Report, owed: Mapping[str, Owed], heard_at: datetime | None, at: datetime
) -> Expected:
    """`owed`: every file its device still owes, by the beginning of its hash, the oldest promise first."""
    name = sha256[:NAMED_CHARACTERS]
    told = [each for each, file in owed.items() if _is_told(file, report)]
    queue = [*told, *(each for each in report.queue if each in owed and each not in told)]
    if report.files is None or name not in queue:
        return Expected(report.reported_at, heard_at, held_back=report.held_back.get(name, ""))
    before = queue[: queue.index(name)]
    bytes_before = sum(owed[each].bytes for each in before)
    arrived = sum(each not in owed for each in report.queue)
    # Who has not heard yet that it is wanted may send it at once when he hears, or in its turn.
    fewest = bytes_before if name in told or owed[name].wanted_at is None else 0
    between = _between((fewest, bytes_before), owed[name].bytes, report.rate, heard_at, at)
    of = max(report.files - arrived, len(queue))
    return Expected(report.reported_at, heard_at, len(before) + 1, of, bytes_before, "", *between)


def _is_told(file: Owed, report: Report) -> bool:
    """The answer to its last contact said that this one goes first."""
    return file.wanted_at is not None and report.reported_at is not None and file.wanted_at <= report.reported_at


def _between(
    before: tuple[int, int], own: int, rate: int, heard_at: datetime | None, at: datetime
) -> tuple[datetime | None, datetime | None]:
    """From half to twice the time the measured rate would take, while that can still be."""
    if heard_at is None or rate <= 0 or at - heard_at > SILENT_AFTER:
        return None, None
    soonest, longest = (min((each + own) / rate, _LONGEST_SECONDS) for each in before)
    latest = heard_at + timedelta(seconds=2 * longest)
    return (heard_at + timedelta(seconds=soonest / 2), latest) if latest > at else (None, None)


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _names(lane: Mapping[str, Any]) -> tuple[str, ...]:
    named = lane.get("named")
    return tuple(each for each in named if isinstance(each, str)) if isinstance(named, list) else ()


def _whole(value: Any) -> int | None:
    return value if type(value) is int and 0 <= value <= _MOST_BYTES else None
