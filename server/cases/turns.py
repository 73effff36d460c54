"""Clocks that the moves of a life start, pause and stop, as those of errands and of delegated cases. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import TypeVar

from server.cases.clock import Terms, due
from server.cases.counting import as_day
from server.cases.explanation import Due
from server.cases.limits import Limit
from server.cases.pauses import Pause
from server.cases.work_calendar import WorkCalendar

K = TypeVar("K")


class Turn(StrEnum):
    START = "start"
    STOP = "stop"
    PAUSE = "pause"
    RESUME = "resume"


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


def clocks_after(
    turns: Iterable[tuple[K, Turn, date]], limits: Mapping[K, Limit], calendar: WorkCalendar
) -> dict[K, Running]:
    """Every clock that ever began, as these turns in their order leave it. A clock begun anew counts from then."""
    counted: dict[K, _Counted] = {}
    for clock, turn, day in turns:
        _turn(counted, clock, turn, day)
    return {clock: _running(each, limits[clock], calendar) for clock, each in counted.items()}


def _turn(counted: dict[K, _Counted], clock: K, turn: Turn, day: date) -> None:
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
