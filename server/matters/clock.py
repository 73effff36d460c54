"""The clocks of a matter, counted from its moves by the clock of cases: 民诉法85, working days, pauses. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import NamedTuple

from server.cases.clock import Terms, due
from server.cases.counting import as_day, as_moment
from server.cases.explanation import Due
from server.cases.levels import Level, Term, turns
from server.cases.levels import Turn as Turned
from server.cases.limits import Limit, Unit
from server.cases.pauses import Pause
from server.cases.work_calendar import WorkCalendar
from server.common.clock import local_date
from server.matters.states import Clock, Move, State, Turn, row_of

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


@dataclass(frozen=True, slots=True)
class Running:
    """One clock. Neither due nor running where it stopped; no date while it is paused."""

    started_on: date
    due_on: date | None = None
    stopped_on: date | None = None
    is_paused: bool = False
    is_provisional: bool = False
    pauses: tuple[Pause, ...] = ()


@dataclass(slots=True)
class _Counted:
    started_on: date
    pauses: list[Pause] = field(default_factory=list)
    paused_on: date | None = None
    stopped_on: date | None = None

    def pause(self, day: date) -> None:
        self.paused_on = self.paused_on or day

    def resume(self, day: date) -> None:
        if self.paused_on is not None:
            self.pauses.append(Pause(self.paused_on, day))
            self.paused_on = None


def limits_of(days: int | None, *, is_urgent: bool) -> dict[Clock, Limit]:
    """`days`: what the asking court states, or the kind's own; None where neither says."""
    sign = SAME_DAY if is_urgent else SIGN
    return {Clock.SIGN: sign, Clock.DO: Limit(days), Clock.SUPPLEMENT: SUPPLEMENT, Clock.CONFIRM: CONFIRM}


def clocks_of(told: Iterable[Told], limits: Mapping[Clock, Limit], calendar: WorkCalendar) -> dict[Clock, Running]:
    """Every clock that ever began, as these moves in their order leave it. A clock begun anew counts from then."""
    counted: dict[Clock, _Counted] = {}
    for each in told:
        row = row_of(each.source, each.move)
        for clock, turn in row.effects if row else ():
            _turn(counted, clock, turn, local_date(each.at))
    return {clock: _running(each, limits[clock], calendar) for clock, each in counted.items()}


def course_of(clock: Clock, running: Running) -> tuple[Turned, ...]:
    """When its level rises, and to what; never while it stands still. What passes by itself is never late."""
    if running.stopped_on is not None:
        return ()
    began = running.started_on
    course = turns(Term(as_moment(began), running.due_on, is_statutory=False, started_on=began))
    return tuple(turn for turn in course if clock not in PASSING or turn.level.rank <= Level.DUE.rank)


def _turn(counted: dict[Clock, _Counted], clock: Clock, turn: Turn, day: date) -> None:
    if turn is Turn.START:
        counted[clock] = _Counted(day)
        return
    standing = counted.get(clock)
    if standing is None or standing.stopped_on is not None:
        return
    if turn is Turn.STOP:
        standing.stopped_on = day
    elif turn is Turn.PAUSE:
        standing.pause(day)
    else:
        standing.resume(day)


def _running(each: _Counted, limit: Limit, calendar: WorkCalendar) -> Running:
    open_pause = [Pause(each.paused_on)] if each.paused_on and not each.stopped_on else []
    if limit.n == 0:
        found = Due(None if open_pause else each.started_on + _lengths(each.pauses))
    else:
        found = due(limit, each.started_on, Terms(calendar, pauses=(*each.pauses, *open_pause)))
    # One that was late before papers were asked for stays late.
    is_paused = bool(open_pause) and found.due_on is None
    return Running(each.started_on, found.due_on, each.stopped_on, is_paused, found.is_provisional, tuple(each.pauses))


def _lengths(pauses: Iterable[Pause]) -> timedelta:
    return sum((as_day(pause.ended) - as_day(pause.began) for pause in pauses if pause.ended), timedelta())
