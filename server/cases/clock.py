"""When a limit ends, and why: 民诉法85 with the calendar, pauses and their policies. Pure; no clock of the machine.

The starting day or hour is not counted. Holidays inside a period count; only its last day rolls, once, after what is
excluded was added. A pause is cut to the clock's window, and no day is excluded twice.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Generic

from server.cases.counting import Count, Days, Hours, P, WorkingDays, as_day
from server.cases.explanation import Due, Step, step
from server.cases.limits import Limit, Unit, plain_day
from server.cases.pauses import Pause, Point
from server.cases.work_calendar import WorkCalendar


@dataclass(frozen=True)
class Terms:
    """Everything but the limit and its start."""

    calendar: WorkCalendar
    pauses: tuple[Pause, ...] = ()
    reasons: frozenset[str] | None = None
    """Those that count here (`reasons_counted`); None: every one."""
    is_pausable: bool = True
    rolls: bool = True
    """False for custody, compulsion, seals and freezes: they end when they end, on a holiday too, and never pause."""
    stopped: Point | None = None
    """What ended the clock, where something did: no pause reaches beyond it."""

    def refuses(self, pause: Pause, limit: Limit) -> str:
        """Why a pause is not looked at, as a code; empty where it is."""
        if not (self.is_pausable and self.rolls):
            return "never_pauses"
        if limit.counts_back:
            return "counts_back"
        if self.reasons is not None and pause.reason and pause.reason not in self.reasons:
            return "not_in_policy"
        return ""


def due(limit: Limit, start: Point, terms: Terms) -> Due:
    """The end of `limit` from `start` on, with its explanation; nothing for a limit without a period.

    Days are judged in Asia/Shanghai. Raises ValueError where hours are to be counted from a day instead of a moment,
    OverflowError beyond the year 9999.
    """
    if limit.n is None:
        return Due(steps=(step("started", at=start), step("no_period")), is_wait=limit.is_wait)
    if limit.unit is Unit.HOURS:
        if not isinstance(start, datetime):
            raise ValueError("hours count from a moment, not from a day")
        end, found = _counted(Hours(limit.n, start.astimezone(UTC)), limit, terms)
        return replace(found, due_at=end)
    if limit.unit is Unit.WORKING_DAYS:
        day, found = _counted(WorkingDays(limit.n, as_day(start), terms.calendar), limit, terms)
    else:
        day, found = _counted(Days(limit.n, limit.unit, as_day(start), terms.calendar, terms.rolls), limit, terms)
    return replace(found, due_on=day)


def earliest(limit: Limit, start: Point) -> date:
    """The first day on which a `minimum` is over: counted in full, never rolled, never paused."""
    if limit.n is None or limit.unit not in (Unit.DAYS, Unit.MONTHS, Unit.YEARS):
        raise ValueError("a minimum is a number of days, months or years")
    return plain_day(limit.n, limit.unit, as_day(start))


def opens_on(window: Due) -> date | None:
    """The first day on which the next node may start after a party's window (`wait`)."""
    return window.due_on + timedelta(days=1) if window.due_on else None


def recurring(limit: Limit, start: Point, terms: Terms) -> Iterator[Due]:
    """The dates of an `every` limit, each counted from the same start; endless where no `for` bounds them.

    Counted from the start and not from one another: a month end stays one, and a roll does not push the next.
    """
    if not limit.n or limit.n < 0:
        raise ValueError("what recurs needs a period of one or more")
    bound = _plain_end(limit.recurs_for, start)
    number = 1
    while bound is None or plain_day(limit.n * number, limit.unit, as_day(start)) <= bound:
        yield due(replace(limit, n=limit.n * number), start, terms).explained(step("recurrence", number=number))
        number += 1


def earlier_of(first: Due, second: Due) -> Due:
    """The one that ends first, which says so; one that does not run ends never."""
    ends = [found.due_at or found.due_on for found in (first, second)]
    if ends[0] is None or ends[1] is None:
        return first if ends[1] is None else second
    days = [as_day(end) for end in ends if end is not None]
    chosen, other = (first, days[1]) if days[0] <= days[1] else (second, days[0])
    return chosen.explained(step("earlier_of_two", other=other))


def _plain_end(limit: Limit | None, start: Point) -> date | None:
    if limit is None or limit.n is None:
        return None
    return plain_day(limit.n, limit.unit, as_day(start))


def _counted(count: Count[P], limit: Limit, terms: Terms) -> tuple[P | None, Due]:
    sweep = _Sweep(count, limit, terms)
    steps = (step("started", at=count.start), *_limit_steps(limit, count), *sweep.steps)
    if sweep.open_pause is not None:
        return None, Due(is_running=False, is_wait=limit.is_wait, steps=(*steps, _computed(terms)))
    excluded = sweep.excluded
    unloaded = count.years_not_loaded(excluded)
    shift = (step("excluded", n=_number(excluded), unit=_unit_excluded(limit), to=count.last(excluded)),)
    steps = (*steps, *(shift if excluded else ()), *count.rolled(excluded))
    if unloaded:
        steps = (*steps, step("provisional", years=unloaded))
    end = count.end(excluded)
    steps = (*steps, step("ends", at=end), _computed(terms))
    return end, Due(is_provisional=bool(unloaded), is_wait=limit.is_wait, steps=steps)


def _limit_steps(limit: Limit, count: Count[P]) -> tuple[Step, ...]:
    assert limit.n is not None
    code = "limit_back" if limit.counts_back else "limit"
    return (step(code, n=abs(limit.n), unit=limit.unit.value), step("raw_end", at=count.last(0)))


def _computed(terms: Terms) -> Step:
    return step("calendar", version=terms.calendar.version)


def _unit_excluded(limit: Limit) -> str:
    return limit.unit.value if limit.unit in (Unit.HOURS, Unit.WORKING_DAYS) else Unit.DAYS.value


class _Sweep(Generic[P]):
    """One walk over the pauses by their beginnings: what each adds, or why it adds nothing."""

    def __init__(self, count: Count[P], limit: Limit, terms: Terms) -> None:
        self.excluded: float = 0
        self.steps: tuple[Step, ...] = ()
        self.open_pause: Pause | None = None
        self._count, self._limit, self._terms = count, limit, terms
        self._covered = count.start
        self._counted_to: P | None = None
        for pause in self._in_order(terms.pauses):
            if self.open_pause is None:
                self._take(pause)

    def _in_order(self, pauses: Sequence[Pause]) -> list[Pause]:
        point = self._count.point
        return sorted(
            pauses, key=lambda pause: (point(pause.began), pause.ended is None, point(pause.ended or pause.began))
        )

    def _take(self, pause: Pause) -> None:
        refused = self._terms.refuses(pause, self._limit) or self._outside(pause)
        if refused:
            self._tell("pause_ignored", pause, because=refused)
            return
        end = self._end_of(pause)
        if end is None:
            self.open_pause = pause
            self._tell("not_running", pause)
            return
        first = max(self._count.point(pause.began), self._covered)
        added = self._count.size(first, end) if end > first else 0
        self.excluded += added
        self._covered = self._counted_to = max(self._covered, end)
        self._tell("paused", pause, counted_from=first, n=_number(added), unit=_unit_excluded(self._limit))

    def _outside(self, pause: Pause) -> str:
        began, stopped = max(self._count.point(pause.began), self._count.start), self._stopped
        end = self._end_of(pause)
        if end is not None and end <= self._count.start:
            return "before_start"
        if stopped is not None and began >= stopped:
            return "after_stop"
        if self._counted_to is not None and began <= self._counted_to:
            return ""  # it goes on where one that counts ends: told in pieces, a pause counts as one
        return "after_end" if self._count.is_over(began, self.excluded) else ""

    @property
    def _stopped(self) -> P | None:
        return None if self._terms.stopped is None else self._count.point(self._terms.stopped)

    def _end_of(self, pause: Pause) -> P | None:
        """Cut to the clock's window; None for one that is open."""
        ends = [self._count.point(end) for end in (pause.ended, self._terms.stopped) if end is not None]
        return min(ends, default=None)

    def _tell(self, code: str, pause: Pause, **values: object) -> None:
        told = step(code, reason=pause.reason, began=pause.began, ended=pause.ended, **pause.founding, **values)
        self.steps = (*self.steps, told)


def _number(size: float) -> float:
    return int(size) if size == int(size) else size
