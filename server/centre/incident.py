"""Many alarms at once: what they may have in common, by facts alone. Pure. Said as likely, never as certain."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

WINDOW = timedelta(hours=4)
"""What was not heard of for longer is no news."""
SILENT_AFTER = timedelta(minutes=20)
TOGETHER = timedelta(minutes=10)
"""Within this time they fell silent, if one thing did it."""
FEWEST, SHARE, OTHERS = 3, 0.8, 0.5
"""So many devices, and such a part of those it would reach; of all others less than that part is silent."""
FLOOD = 10
"""New alarms within ten minutes, more than one person can answer (EEMUA 191)."""


class Reach(StrEnum):
    SERVER = "SERVER"
    COURT = "COURT"
    PROGRAM = "PROGRAM"


@dataclass(frozen=True, slots=True)
class Awaited:
    """A device from which something is due: it holds something for us, or its officer is on site."""

    device: UUID
    court: str
    program: str
    heard_at: datetime

    def is_silent(self, at: datetime) -> bool:
        return self.heard_at <= at - SILENT_AFTER


@dataclass(frozen=True, slots=True)
class Likely:
    """One thing that would explain it, with the figures that say so."""

    reach: Reach
    name: str
    """Of the court or the program; empty for the server."""
    devices: frozenset[UUID]
    reached: int
    """Devices it would reach, those that are silent among them."""
    others: int
    others_silent: int
    begun: datetime
    """Last word of the first that fell silent."""
    ended: datetime


def likely_causes(awaited: Sequence[Awaited], at: datetime) -> list[Likely]:
    """The widest alone: what explains all explains its parts. A program only where it is not one court's alone."""
    recent = [each for each in awaited if each.heard_at >= at - WINDOW]
    everything = _likely(Reach.SERVER, "", recent, [], at)
    if everything and len({each.court for each in recent}) > 1:
        return [everything]
    courts = _parts(Reach.COURT, recent, at, lambda each: each.court)
    explained = frozenset(device for each in courts for device in each.devices)
    rest = [each for each in recent if each.device not in explained]
    programs = _parts(Reach.PROGRAM, rest, at, lambda each: each.program)
    return [*courts, *(each for each in programs if _courts(rest, each) > 1)]


def _parts(reach: Reach, recent: Sequence[Awaited], at: datetime, name_of: Callable[[Awaited], str]) -> list[Likely]:
    found = []
    for name in sorted({name_of(each) for each in recent} - {""}):
        reached = [each for each in recent if name_of(each) == name]
        others = [each for each in recent if name_of(each) != name]
        found.append(_likely(reach, name, reached, others, at))
    return [each for each in found if each]


def _likely(
    reach: Reach, name: str, reached: Sequence[Awaited], others: Sequence[Awaited], at: datetime
) -> Likely | None:
    together = _together([each for each in reached if each.is_silent(at)])
    silent = sum(each.is_silent(at) for each in others)
    is_most = len(together) >= max(FEWEST, SHARE * len(reached))
    if not is_most or (others and silent >= OTHERS * len(others)):
        return None
    words = [each.heard_at for each in together]
    devices = frozenset(each.device for each in together)
    return Likely(reach, name, devices, len(reached), len(others), silent, min(words), max(words))


def _together(silent: Iterable[Awaited]) -> list[Awaited]:
    """The most that fell silent within a short time."""
    rows = sorted(silent, key=lambda each: each.heard_at)
    return max((_within(rows[place:]) for place in range(len(rows))), key=len, default=[])


def _within(rows: Sequence[Awaited]) -> list[Awaited]:
    return [each for each in rows if each.heard_at - rows[0].heard_at <= TOGETHER]


def _courts(recent: Sequence[Awaited], likely: Likely) -> int:
    return len({each.court for each in recent if each.device in likely.devices})


def is_flood(raised: Iterable[datetime], at: datetime) -> bool:
    return sum(at - TOGETHER <= moment <= at for moment in raised) >= FLOOD
