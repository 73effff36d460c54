"""The clock that runs now, kept with its matter: its date, how near it is, and when to look again."""

from collections.abc import Iterable
from datetime import datetime

from server.cases.calendars import work_calendar
from server.cases.levels import Level, level_at, next_turn
from server.cases.work_calendar import WorkCalendar
from server.matters.clock import course_of
from server.matters.models import Matter, MatterMove, MatterUrge
from server.matters.queries import clocks
from server.matters.states import CURRENT, State


def keep_clock(
    matter: Matter, at: datetime, moves: Iterable[MatterMove] | None = None, calendar: WorkCalendar | None = None
) -> None:
    """None runs once it has ended. The caller saves the matter."""
    calendar = calendar or work_calendar()
    current = CURRENT.get(State(matter.state))
    running = clocks(matter, moves, calendar).get(current) if current else None
    course = course_of(current, running) if current and running else ()
    matter.due_clock = current.value if current else ""
    matter.due_on = running.due_on if running else None
    matter.calendar = calendar.version
    matter.level = level_at(course, at).value
    matter.next_level_at = next_turn(course, at)


def look_soon(matter: Matter, at: datetime) -> None:
    """A move brought it to a level that somebody is to be told of: the next pass does."""
    if matter.level != Level.NORMAL:
        matter.next_level_at = at


def settle_urges(matter: Matter, at: datetime) -> None:
    """The court that was urged took its step: another clock runs, or none."""
    MatterUrge.objects.filter(matter=matter, settled_at=None).exclude(clock=matter.due_clock).update(settled_at=at)
