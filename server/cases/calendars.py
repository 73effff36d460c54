"""The calendar of working days, from its tables: read once for each version, and again when the version changes."""

import json
from collections.abc import Iterable
from datetime import date
from types import MappingProxyType
from typing import Any

from django.db.models import Subquery, Value
from django.db.models.functions import Coalesce

from server.cases.models import CalendarDay, CalendarEdit, CalendarYear
from server.cases.work_calendar import WEEKDAYS_ONLY, WorkCalendar
from server.common.hashing import sha256_hex
from server.common.statements import Statement

NAME = "CN_STATE_COUNCIL"
_DIGITS = 8
_held: dict[str, WorkCalendar] = {}
_LAST = Statement(lambda: CalendarEdit.objects.order_by("-number").values_list("version", flat=True)[:1])


def calendar_version() -> Coalesce:
    """Beside rows of any table: the version they are to be judged by, without a SELECT of its own."""
    return Coalesce(Subquery(CalendarEdit.objects.order_by("-number").values("version")[:1]), Value(""))


def work_calendar(version: str | None = None) -> WorkCalendar:
    """The calendar as it is now. `version`, where a caller read it already, spares one SELECT."""
    if version is None:
        version = _LAST.first() or ""
    if not version:
        return WEEKDAYS_ONLY
    return _held.get(version) or _read()


def digest_of(years: Iterable[int], days: Iterable[CalendarDay]) -> str:
    """The beginning of the SHA-256 of what the calendar says, names apart."""
    content = [sorted(years), sorted([each.day.isoformat(), each.is_working] for each in days)]
    return sha256_hex(json.dumps(content).encode())[:_DIGITS]


def _read() -> WorkCalendar:
    version = _LAST.first() or ""
    years = frozenset(CalendarYear.objects.values_list("year", flat=True))
    days = list(CalendarDay.objects.order_by("day"))
    calendar = WorkCalendar(
        version,
        years,
        MappingProxyType({each.day: each.name for each in days if not each.is_working}),
        MappingProxyType({each.day: each.name for each in days if each.is_working}),
    )
    # Between these SELECTs somebody may have edited it: then it is good for once, and read again.
    if version.endswith(digest_of(years, days)):
        _held.clear()
        _held[version] = calendar
    return calendar


def year_view(year: int) -> dict[str, Any]:
    """One year for people and programs: days that are not as their weekday says, and how many are worked."""
    calendar = work_calendar()
    row = CalendarYear.objects.filter(year=year).first()
    return {
        "year": year,
        "loaded": calendar.is_loaded(year),
        "source": row.source if row else "",
        "edited": bool(row and row.is_edited),
        "working_days": calendar.count_working_days(date(year, 1, 1), date(year + 1, 1, 1)),
        "days_off": {day.isoformat(): name for day, name in calendar.days_off.items() if day.year == year},
        "make_up_days": {day.isoformat(): name for day, name in calendar.working_days.items() if day.year == year},
        "version": calendar.version,
    }
