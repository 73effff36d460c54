"""The calendar of working days as it was after each of its edits: dates that no longer move were counted with them."""

from collections.abc import Iterator
from datetime import date
from functools import cached_property

from server.cases.calendar_notice import WORK
from server.cases.models import CalendarEdit
from server.cases.work_calendar import WEEKDAYS_ONLY, WorkCalendar


class CalendarHistory:
    """Read once, when it is first asked."""

    def since(self, version: str) -> Iterator[WorkCalendar]:
        """From this version to the present one; all there were for a version that is not known."""
        versions = [calendar.version for calendar in self._calendars]
        yield from self._calendars[versions.index(version) if version in versions else 0 :]

    @cached_property
    def _calendars(self) -> list[WorkCalendar]:
        calendars, years, days = [WEEKDAYS_ONLY], frozenset[int](), dict[date, str | None]()
        for edit in CalendarEdit.objects.order_by("number"):
            years |= frozenset(edit.changed["years"])
            days |= {date.fromisoformat(day): kind for day, kind in edit.changed["days"].items()}
            off = {day: "" for day, kind in days.items() if kind and kind != WORK}
            worked = {day: "" for day, kind in days.items() if kind == WORK}
            calendars.append(WorkCalendar(edit.version, years, off, worked))
        return calendars
