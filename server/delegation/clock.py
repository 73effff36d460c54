"""The clocks of a delegation, counted from its moves by the clock of cases: 民诉法85, holidays, pauses. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import NamedTuple

from server.cases.levels import Level, warning_level
from server.cases.limits import Limit, Unit
from server.cases.turns import Running, Turn, clocks_after
from server.cases.work_calendar import WorkCalendar
from server.common.clock import local_date
from server.delegation.states import BEGINNINGS, Clock, Effect, Move, State, row_of

STATUTORY, ORDERED = "statutory", "ordered"


class Rule(NamedTuple):
    limit: Limit
    basis: str
    kind: str = STATUTORY


RULES: Mapping[Clock, Rule] = {
    Clock.FILE: Rule(Limit(7), "法释〔2011〕11号 art 7"),
    Clock.COMPLETE: Rule(Limit(30), "法释〔2011〕11号 art 8"),
    Clock.TELL: Rule(Limit(7), "法释〔2011〕11号 art 7"),
    Clock.START: Rule(Limit(15), "民诉法240"),
    Clock.REPORT: Rule(Limit(30), "民诉法240"),
    Clock.RETURN: Rule(Limit(15), "法释〔2011〕11号 art 9"),
    Clock.SIX_MONTHS: Rule(Limit(6, Unit.MONTHS), "法释〔2011〕11号 art 11"),
    Clock.DEADLINE: Rule(Limit(None), "法释〔2011〕11号 art 11", ORDERED),
}


class Told(NamedTuple):
    """A move that was made: from which state (None for the first), and when."""

    source: State | None
    move: str
    at: datetime


def clocks_of(told: Iterable[Told], calendar: WorkCalendar, deadline_on: date | None = None) -> dict[Clock, Running]:
    """Every clock that ever began, as these moves in their order leave it; a superior's deadline is the day he set."""
    limits = {clock: rule.limit for clock, rule in RULES.items()}
    found = clocks_after(_turns(told), limits, calendar)
    if Clock.DEADLINE in found:
        found[Clock.DEADLINE] = replace(found[Clock.DEADLINE], due_on=deadline_on)
    return found


def _turns(told: Iterable[Told]) -> Iterator[tuple[Clock, Turn, date]]:
    for each in told:
        yield from ((clock, turn, local_date(each.at)) for clock, turn in _effects(each))


def _effects(told: Told) -> tuple[Effect, ...]:
    if told.source is None:
        return BEGINNINGS.get(told.move, ())
    row = row_of(told.source, Move(told.move))
    return row.effects if row else ()


def late_days(clock: Running, today: date) -> int:
    """By how many days it was late when it ended, or is by now."""
    return max(0, ((clock.stopped_on or today) - clock.due_on).days) if clock.due_on else 0


def level_of(clock: Clock, at: Running, today: date) -> Level:
    """As of a node: a statutory limit is severe from its first day past. An ended one keeps what it ended with."""
    is_statutory = RULES[clock].kind == STATUTORY
    day = at.stopped_on or today
    if at.stopped_on and not late_days(at, today):
        return Level.NORMAL
    return warning_level(started_on=at.started_on, due_on=at.due_on, today=day, is_statutory=is_statutory)


def next_due(clocks: Mapping[Clock, Running], current: Iterable[Clock]) -> tuple[Clock, date] | None:
    """Of those that run, the one whose day comes first."""
    rows = [(clocks[clock].due_on, clock) for clock in current if clock in clocks and not clocks[clock].stopped_on]
    dated = sorted((due_on, clock) for due_on, clock in rows if due_on)
    return (dated[0][1], dated[0][0]) if dated else None
