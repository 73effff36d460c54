"""The yearly notice of the State Council (国务院放假调休通知) as text and as the library has it. No database here.

A CSV of it has the columns date and kind (`off` or `work`), and name if one likes: a holiday's days, weekends in it
included or not, and the weekend days worked for them.
"""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache

import chinese_calendar
from django.utils.translation import gettext as _

from server.cases.work_calendar import WorkCalendar

OFF, WORK = "off", "work"
LIBRARY = "chinesecalendar"


@dataclass(frozen=True)
class SpecialDay:
    day: date
    is_working: bool
    name: str = ""


@dataclass(frozen=True)
class Fault:
    line: int
    field: str
    reason: str


class NoticeError(ValueError):
    """A notice that may not be loaded; `faults` names every line."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = faults
        super().__init__(f"{len(faults)} faults")


def years_of_the_library() -> range:
    days = chinese_calendar.holidays
    return range(min(days).year, max(days).year + 1)


def notice_of_the_library(year: int) -> list[SpecialDay]:
    """Of a year among `years_of_the_library`; of any other there is nothing to tell."""
    off = [SpecialDay(day, False, name) for day, name in chinese_calendar.holidays.items() if day.year == year]
    work = [SpecialDay(day, True, name) for day, name in chinese_calendar.workdays.items() if day.year == year]
    return sorted(off + work, key=lambda special: special.day)


@cache
def library_calendar() -> WorkCalendar:
    """Everything the library knows, no operator's edits: where there is no database to ask."""
    days = [special for year in years_of_the_library() for special in notice_of_the_library(year)]
    return WorkCalendar(
        LIBRARY,
        frozenset(years_of_the_library()),
        {special.day: special.name for special in days if not special.is_working},
        {special.day: special.name for special in days if special.is_working},
    )


def read_notice(text: str) -> list[SpecialDay]:
    """Raises NoticeError naming every bad line; nothing is taken of a notice with one."""
    rows = csv.DictReader(io.StringIO(text.lstrip("\ufeff")), restval="", restkey="further")
    missing = {"date", "kind"} - set(rows.fieldnames or ())
    if missing:
        raise NoticeError(
            [Fault(1, ", ".join(sorted(missing)), _("The first line must name the columns date and kind."))]
        )
    days: dict[date, SpecialDay] = {}
    faults: list[Fault] = []
    for row in rows:
        special = _special(row, rows.line_num, faults)
        if special and days.setdefault(special.day, special) is not special:
            faults.append(Fault(rows.line_num, "date", _("This day stands on an earlier line already.")))
    if not days and not faults:
        faults.append(Fault(1, "date", _("The notice names no day.")))
    if faults:
        raise NoticeError(faults)
    return sorted(days.values(), key=lambda special: special.day)


def _special(row: dict[str, str], line: int, faults: list[Fault]) -> SpecialDay | None:
    found = list(_faults(row, line))
    faults.extend(found)
    if found:
        return None
    day = date.fromisoformat(row["date"].strip())
    return SpecialDay(day, row["kind"].strip().lower() == WORK, (row.get("name") or "").strip()[:100])


def _faults(row: dict[str, str], line: int) -> Iterator[Fault]:
    try:
        day = date.fromisoformat(row["date"].strip())
    except ValueError:
        yield Fault(line, "date", _("This is not a date. Write it as 2027-02-12."))
        return
    kind = row["kind"].strip().lower()
    if kind not in (OFF, WORK):
        yield Fault(line, "kind", _("The kind is off or work."))
    elif kind == WORK and day.weekday() < 5:
        yield Fault(line, "kind", _("This is a weekday: it is worked anyway. Only weekend days are make-up days."))
