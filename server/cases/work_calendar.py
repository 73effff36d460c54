"""Which days courts work: weekdays, but for the State Council's yearly notice with its make-up days (调休). Pure.

The notices are data, handed in; a year without one is not loaded, and what is computed in it is provisional.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from types import MappingProxyType

ONE_DAY = timedelta(days=1)
WEEKEND = "Weekend"


def _no_days() -> Mapping[date, str]:
    return MappingProxyType({})


@dataclass(frozen=True)
class WorkCalendar:
    """`version` is named by every date computed with it; it changes with every edit."""

    version: str
    years: frozenset[int] = frozenset()
    days_off: Mapping[date, str] = field(default_factory=_no_days)
    """With the name of the holiday, as the notice has it."""
    working_days: Mapping[date, str] = field(default_factory=_no_days)
    """Saturdays and Sundays worked, each with the holiday it makes up for."""

    def is_loaded(self, year: int) -> bool:
        return year in self.years

    def is_working_day(self, day: date) -> bool:
        return day in self.working_days or (day.weekday() < 5 and day not in self.days_off)

    def why_off(self, day: date) -> str:
        """The name of the holiday; a day off without one is a weekend."""
        return self.days_off.get(day) or WEEKEND

    def on_or_after(self, day: date) -> date:
        """The first working day from `day` on."""
        return next(self._working(day, ONE_DAY))

    def on_or_before(self, day: date) -> date:
        return next(self._working(day, -ONE_DAY))

    def working_day(self, start: date, n: int) -> date:
        """The n-th working day after `start`, or before it for n below zero; for none, the first from `start` on."""
        if n == 0:
            return self.on_or_after(start)
        step = ONE_DAY if n > 0 else -ONE_DAY
        following = self._working(start + step, step)
        return next(day for number, day in enumerate(following, 1) if number == abs(n))

    def count_working_days(self, first: date, end: date) -> int:
        """From `first` up to but not including `end`."""
        days = (first + timedelta(days=number) for number in range((end - first).days))
        return sum(map(self.is_working_day, days))

    def years_not_loaded(self, one: date, other: date) -> tuple[int, ...]:
        """Of the years from one day to the other, in either order."""
        first, last = sorted((one.year, other.year))
        return tuple(year for year in range(first, last + 1) if year not in self.years)

    def _working(self, day: date, step: timedelta) -> Iterator[date]:
        while True:
            if self.is_working_day(day):
                yield day
            day += step


WEEKDAYS_ONLY = WorkCalendar("weekdays-only")
"""No notice at all: every date computed with it is provisional."""
