"""Periods as the law and a flow file write them. Pure."""

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum


class Unit(StrEnum):
    HOURS = "h"
    DAYS = "d"
    WORKING_DAYS = "wd"
    MONTHS = "m"
    YEARS = "y"


LARGEST = 9999
_WRITTEN = re.compile(r"\s*(?P<n>[+-]?[0-9]{1,4})\s*(?P<unit>wd|[hdmy])\s*")


@dataclass(frozen=True)
class Extendable:
    """How often a limit may be prolonged, and by how many of its units each time."""

    n: int
    times: int


@dataclass(frozen=True)
class Limit:
    """A period. `n` None: tracked without one; below zero: that many units before the start."""

    n: int | None
    unit: Unit = Unit.DAYS
    start: str | None = None
    """An event of its own that starts it, where that is not the node's."""
    is_maximum: bool = False
    is_wait: bool = False
    """A party's window: nobody is late, and the next node may not start before it ends."""
    is_recurring: bool = False
    recurs_for: "Limit | None" = None
    extension: Extendable | None = None

    @property
    def counts_back(self) -> bool:
        return self.n is not None and self.n < 0


def parse_limit(text: str) -> Limit:
    """`6 m`, `10d`, `3 wd`, `48 h`, `1 y`. Raises ValueError for anything else."""
    match = _WRITTEN.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is no limit")
    return Limit(int(match["n"]), Unit(match["unit"]))


def plain_day(n: int, unit: Unit, start: date) -> date:
    """`n` days, months or years after `start`, or before it, by the calendar alone; the starting day is not counted.

    Raises ValueError for units that need more than a calendar, OverflowError beyond the year 9999.
    """
    if unit is Unit.DAYS:
        return start + timedelta(days=n)
    if unit not in (Unit.MONTHS, Unit.YEARS):
        raise ValueError(f"{unit.value} are not counted by the calendar alone")
    return _months_later(start, n * 12 if unit is Unit.YEARS else n)


def _months_later(start: date, months: int) -> date:
    """The same day-number, or the last day of a month that has none."""
    year, month_index = divmod(start.year * 12 + start.month - 1 + months, 12)
    if not date.min.year <= year <= date.max.year:
        raise OverflowError("date value out of range")
    last_day = calendar.monthrange(year, month_index + 1)[1]
    return date(year, month_index + 1, min(start.day, last_day))
