"""Warning level of a running node (domain default, grade C: no national rule was found). Pure.

The level depends on the day, so it is never stored in a unit. Who watches nodes asks for all turns of a term at once
and looks at it again at the next of them.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from server.cases.counting import as_moment

SEVERE_AFTER_DAYS = 7
_A_DAY = timedelta(days=1)


class Level(StrEnum):
    """Rising severity; the order of the members is the order of care."""

    NORMAL = "NORMAL"
    NOTICE = "NOTICE"
    WARN = "WARN"
    DUE = "DUE"
    OVERDUE = "OVERDUE"
    SEVERE = "SEVERE"

    @property
    def rank(self) -> int:
        return list(Level).index(self)


def warning_level(*, started_on: date, due_on: date | None, today: date, is_statutory: bool) -> Level:
    """`NORMAL` without a due date. A statutory limit is SEVERE from its first day past."""
    if due_on is None:
        return Level.NORMAL
    length = max((due_on - started_on).days, 0)
    remaining = (due_on - today).days
    if remaining < 0:
        return _level_past(past=-remaining, length=length, is_statutory=is_statutory)
    if remaining == 0:
        return Level.DUE
    if remaining == 1 or 10 * remaining <= length:
        return Level.WARN
    if length > 3 and (remaining <= 3 or 10 * remaining <= 3 * length):
        return Level.NOTICE
    return Level.NORMAL


def _level_past(*, past: int, length: int, is_statutory: bool) -> Level:
    is_severe = is_statutory or past > SEVERE_AFTER_DAYS or 2 * past > length
    return Level.SEVERE if is_severe else Level.OVERDUE


@dataclass(frozen=True)
class Term:
    """What the level of a running node hangs on, but for the moment at which it is asked."""

    started_at: datetime
    due_on: date | None
    is_statutory: bool
    started_on: date
    due_at: datetime | None = None
    """Of a limit in hours."""


class Turn(NamedTuple):
    at: datetime
    level: Level


def turns(term: Term) -> tuple[Turn, ...]:
    """When the level rises, and to what; before the first turn it is NORMAL.

    A limit in hours follows its day up to DUE and is over at its moment; it is SEVERE after half its length, a
    statutory one after a day at the latest, any other after seven.
    """
    if term.due_on is None:
        return ()
    days = tuple(_rising(Turn(as_moment(day), _level_on(day, term)) for day in _days_of_change(term)))
    if term.due_at is None:
        return days
    until_due = tuple(turn for turn in days if turn.level.rank <= Level.DUE.rank and turn.at < term.due_at)
    return (*until_due, Turn(term.due_at, Level.OVERDUE), Turn(term.due_at + _grace(term), Level.SEVERE))


def level_at(course: Sequence[Turn], moment: datetime) -> Level:
    return max((turn.level for turn in course if turn.at <= moment), key=lambda level: level.rank, default=Level.NORMAL)


def next_turn(course: Sequence[Turn], moment: datetime) -> datetime | None:
    return min((turn.at for turn in course if turn.at > moment), default=None)


def _days_of_change(term: Term) -> list[date]:
    assert term.due_on is not None
    length = max((term.due_on - term.started_on).days, 0)
    back = (max(3, 3 * length // 10), max(1, length // 10), 0)
    ahead = (1, min(SEVERE_AFTER_DAYS, length // 2) + 1)
    days = {term.due_on - timedelta(days=n) for n in back} | {term.due_on + timedelta(days=n) for n in ahead}
    return sorted(days)


def _level_on(day: date, term: Term) -> Level:
    return warning_level(started_on=term.started_on, due_on=term.due_on, today=day, is_statutory=term.is_statutory)


def _rising(course: Iterable[Turn]) -> Iterator[Turn]:
    level = Level.NORMAL
    for turn in course:
        if turn.level.rank > level.rank:
            level = turn.level
            yield turn


def _grace(term: Term) -> timedelta:
    assert term.due_at is not None
    half = max((term.due_at - term.started_at) / 2, timedelta())
    return min(half, _A_DAY if term.is_statutory else _A_DAY * SEVERE_AFTER_DAYS)
