"""The clocks of a matter, counted from its moves by the clock of cases: 民诉法85, working days, pauses. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import NamedTuple

from server.cases.counting import as_moment
from server.cases.levels import Level, Term, turns
from server.cases.levels import Turn as Turned
from server.cases.limits import Limit, Unit
from server.cases.turns import Running, Turn, clocks_after
from server.cases.work_calendar import WorkCalendar
from server.common.clock import local_date
from server.matters.states import Clock, Move, State, row_of

SIGN, SAME_DAY = Limit(2, Unit.WORKING_DAYS), Limit(0, Unit.DAYS)
"""What is urgent is done the same day, by telephone, on a day off too; its papers follow."""
SUPPLEMENT = Limit(3, Unit.DAYS)
"""27号: in the system within three days."""
CONFIRM = Limit(3, Unit.WORKING_DAYS)
PASSING = frozenset({Clock.SUPPLEMENT, Clock.CONFIRM})
"""Once their day has passed, time itself moves the matter on."""


class Told(NamedTuple):
    """A move that was made: from which state, and when."""

    source: State
    move: Move
    at: datetime


def limits_of(days: int | None, *, is_urgent: bool) -> dict[Clock, Limit]:
    """`days`: what the asking court states, or the kind's own; None where neither says."""
    sign = SAME_DAY if is_urgent else SIGN
    return {Clock.SIGN: sign, Clock.DO: Limit(days), Clock.SUPPLEMENT: SUPPLEMENT, Clock.CONFIRM: CONFIRM}


def clocks_of(told: Iterable[Told], limits: Mapping[Clock, Limit], calendar: WorkCalendar) -> dict[Clock, Running]:
    """Every clock that ever began, as these moves in their order leave it. A clock begun anew counts from then."""
    return clocks_after(_turns(told), limits, calendar)


def _turns(told: Iterable[Told]) -> Iterator[tuple[Clock, Turn, date]]:
    for each in told:
        row = row_of(each.source, each.move)
        yield from ((clock, turn, local_date(each.at)) for clock, turn in (row.effects if row else ()))


def course_of(clock: Clock, running: Running) -> tuple[Turned, ...]:
    """When its level rises, and to what; never while it stands still. What passes by itself is never late."""
    if running.stopped_on is not None:
        return ()
    began = running.started_on
    course = turns(Term(as_moment(began), running.due_on, is_statutory=False, started_on=began))
    return tuple(turn for turn in course if clock not in PASSING or turn.level.rank <= Level.DUE.rank)
