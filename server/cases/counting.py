"""The three ways of counting: calendar days (with months and years), working days, hours. Pure.

Each knows where a limit ends when so much of it is excluded; which pauses exclude how much is for `clock` to say.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol, TypeVar

from server.cases.explanation import Step, step
from server.cases.limits import Unit, plain_day
from server.cases.pauses import Point
from server.cases.work_calendar import ONE_DAY, WorkCalendar
from server.common.clock import SHANGHAI, local_date

P = TypeVar("P", bound=date)
"""Days or moments: a datetime is a date too."""


class Count(Protocol[P]):
    """What is excluded is a number of days, of working days or of hours."""

    @property
    def start(self) -> P: ...

    def point(self, given: Point) -> P: ...
    def size(self, first: P, end: P) -> float: ...
    def last(self, excluded: float) -> P:
        """Where the limit ends before any roll."""

    def end(self, excluded: float) -> P:
        """Where it ends."""

    def is_over(self, point: P, excluded: float) -> bool:
        """A day belongs to the limit to its end, a moment up to but not including it."""

    def rolled(self, excluded: float) -> tuple[Step, ...]:
        """How it came from the last day to the end."""

    def years_not_loaded(self, excluded: float) -> tuple[int, ...]: ...


def as_day(given: Point) -> date:
    return local_date(given) if isinstance(given, datetime) else given


def as_moment(given: Point) -> datetime:
    """A day begins at midnight in Asia/Shanghai."""
    return given if isinstance(given, datetime) else datetime.combine(given, time(), SHANGHAI)


@dataclass(frozen=True)
class Days:
    """Days, months and years: holidays inside count; only the last day rolls, and only once."""

    n: int
    unit: Unit
    start: date
    calendar: WorkCalendar
    rolls: bool

    def point(self, given: Point) -> date:
        return as_day(given)

    def size(self, first: date, end: date) -> float:
        return (end - first).days

    def last(self, excluded: float) -> date:
        return plain_day(self.n, self.unit, self.start) + timedelta(days=int(excluded))

    def end(self, excluded: float) -> date:
        last = self.last(excluded)
        if not self.rolls:
            return last
        return self.calendar.on_or_before(last) if self.n < 0 else self.calendar.on_or_after(last)

    def is_over(self, point: date, excluded: float) -> bool:
        return point > self.end(excluded)

    def rolled(self, excluded: float) -> tuple[Step, ...]:
        last, end = self.last(excluded), self.end(excluded)
        if not self.rolls:
            return (step("no_roll", day=last),)
        if last == end:
            return (step("no_roll_needed", day=last),)
        over = _over(self.calendar, last, end)
        return (step("rolled_back" if end < last else "rolled", from_day=last, to_day=end, over=over),)

    def years_not_loaded(self, excluded: float) -> tuple[int, ...]:
        return self.calendar.years_not_loaded(self.last(excluded), self.end(excluded)) if self.rolls else ()


@dataclass(frozen=True)
class WorkingDays:
    """Working days only: the last one is a working day already."""

    n: int
    start: date
    calendar: WorkCalendar

    def point(self, given: Point) -> date:
        return as_day(given)

    def size(self, first: date, end: date) -> float:
        return self.calendar.count_working_days(first, end)

    def last(self, excluded: float) -> date:
        # None at all end on the first one from the start on: what is excluded comes after that one.
        origin = self.start if self.n else self.calendar.on_or_after(self.start)
        return self.calendar.working_day(origin, self.n + int(excluded))

    end = last

    def is_over(self, point: date, excluded: float) -> bool:
        return point > self.end(excluded)

    def rolled(self, excluded: float) -> tuple[Step, ...]:
        over = _over(self.calendar, self.start, self.end(excluded))
        return (step("passed_over", over=over),) if over else ()

    def years_not_loaded(self, excluded: float) -> tuple[int, ...]:
        return self.calendar.years_not_loaded(self.start, self.end(excluded))


@dataclass(frozen=True)
class Hours:
    """Continuous, never rolled; in UTC, where every hour is one."""

    n: int
    start: datetime

    def point(self, given: Point) -> datetime:
        return as_moment(given).astimezone(UTC)

    def size(self, first: datetime, end: datetime) -> float:
        return (end - first) / timedelta(hours=1)

    def last(self, excluded: float) -> datetime:
        return self.start + timedelta(hours=self.n + excluded)

    end = last

    def is_over(self, point: datetime, excluded: float) -> bool:
        return point >= self.end(excluded)

    def rolled(self, excluded: float) -> tuple[Step, ...]:
        return ()

    def years_not_loaded(self, excluded: float) -> tuple[int, ...]:
        return ()


def _over(calendar: WorkCalendar, one: date, other: date) -> list[dict[str, object]]:
    """The days off between two days, with what they are; both ends looked at."""
    first, last = min(one, other), max(one, other)
    days = (first + number * ONE_DAY for number in range((last - first).days + 1))
    return [{"day": day, "why": calendar.why_off(day)} for day in days if not calendar.is_working_day(day)]
