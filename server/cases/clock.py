"""Due dates. For now the plain calendar date; pauses, holidays and working days come with the full case flow.

Pure: no clock of the machine is read here.
"""

import calendar
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum


class Unit(StrEnum):
    HOURS = "h"
    DAYS = "d"
    WORKING_DAYS = "wd"
    MONTHS = "m"
    YEARS = "y"


@dataclass(frozen=True)
class Limit:
    """A period. `n` None: tracked without one; below zero: that many units before the start.

    The rest is what a flow file may say of it; due_on and due_at do not look there yet.
    """

    n: int | None
    unit: Unit = Unit.DAYS
    start: str | None = None
    """An event of its own that starts it, where that is not the node's."""
    is_maximum: bool = False
    is_wait: bool = False
    """A party's window: nobody is late, and the next node may not start before it ends."""
    is_recurring: bool = False
    recurs_for: "Limit | None" = None
    extension: "Extension | None" = None


@dataclass(frozen=True)
class Extension:
    n: int
    times: int


def due_on(limit: Limit, start_date: date) -> date | None:
    """The last day of the limit; the starting day is not counted (民诉法85).

    Calendar arithmetic only: no roll to the next working day yet. None where there is no period, and for working days:
    without the State Council's calendar no date is better than a wrong one. Raises ValueError for hours (see due_at).
    """
    if limit.n is None or limit.unit is Unit.WORKING_DAYS:
        return None
    if limit.unit is Unit.HOURS:
        raise ValueError("hours count from a moment: use due_at")
    if limit.unit is Unit.DAYS:
        return start_date + timedelta(days=limit.n)
    return _months_later(start_date, limit.n * 12 if limit.unit is Unit.YEARS else limit.n)


def due_at(limit: Limit, started_at: datetime) -> datetime | None:
    """The moment a limit in hours ends: continuous, never rolled, never paused."""
    if limit.n is None:
        return None
    if limit.unit is not Unit.HOURS:
        raise ValueError("only hours end at a moment: use due_on")
    return started_at + timedelta(hours=limit.n)


def _months_later(start_date: date, months: int) -> date:
    """The same day-number, or the last day of a month that has none."""
    year, month_index = divmod(start_date.year * 12 + start_date.month - 1 + months, 12)
    last_day = calendar.monthrange(year, month_index + 1)[1]
    return date(year, month_index + 1, min(start_date.day, last_day))
