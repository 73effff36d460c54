"""Edits of the calendar of working days: each recorded with who, when and why, each a new version."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from server.cases.calendar_notice import (
    LIBRARY,
    OFF,
    WORK,
    SpecialDay,
    notice_of_the_library,
    years_of_the_library,
)
from server.cases.calendars import NAME, digest_of
from server.cases.models import CalendarDay, CalendarEdit, CalendarYear


class CalendarRefused(ValueError):
    """An edit that may not be made; says in words what to do."""


RELEASE = "release"
Days = dict[date, tuple[bool, str]]


@transaction.atomic
def seed_calendar(
    *, years: Collection[int] | None = None, by: str = RELEASE, why: str = "", over_edits: bool = False
) -> CalendarEdit | None:
    """What the library knows and the tables do not yet; None where nothing changes.

    A year that a person edited stays as it is, unless `over_edits`. Raises CalendarRefused for one the library lacks.
    """
    known = years_of_the_library()
    wanted = sorted(known if years is None else years)
    unknown = [year for year in wanted if year not in known]
    if unknown:
        message = _(
            "The library does not know these years. Load the State Council's notice: manage.py calendar load FILE."
        )
        raise CalendarRefused(message)
    edited = set() if over_edits else set(CalendarYear.objects.filter(is_edited=True).values_list("year", flat=True))
    days = [special for year in wanted if year not in edited for special in notice_of_the_library(year)]
    years_seeded = [year for year in wanted if year not in edited]
    return _replace(years_seeded, days, source=LIBRARY, by=by, why=why or LIBRARY, is_edited=False)


@transaction.atomic
def load_notice(*, days: Sequence[SpecialDay], source: str, by: str, why: str) -> CalendarEdit | None:
    """The notice of one or more years in place of what was known of them; None where it says the same.

    A year counts as loaded if most of the notice's days lie in it: that for a coming year may name a day in December.
    """
    by_year: dict[int, list[SpecialDay]] = {}
    for special in days:
        by_year.setdefault(special.day.year, []).append(special)
    whole = [year for year, found in by_year.items() if len(found) * 2 >= max(map(len, by_year.values()))]
    loaded = [special for year in whole for special in by_year[year]]
    strays = [special for special in days if special.day.year not in whole]
    return _replace(whole, loaded, strays, source=source, by=by, why=why, is_edited=True)


@transaction.atomic
def set_calendar_day(*, day: date, is_working: bool, by: str, why: str, name: str = "") -> CalendarEdit | None:
    """One day off or worked, whatever its weekday says; None where it is so already.

    Raises CalendarRefused without a reason.
    """
    if not why.strip():
        message = _("Say why: a changed day moves due dates, and whoever asks later must find the reason.")
        raise CalendarRefused(message)
    is_usual = is_working == (day.weekday() < 5)
    before = _standing([day])
    after: Days = {} if is_usual else {day: (is_working, name)}
    if {key: value[0] for key, value in before.items()} == {key: value[0] for key, value in after.items()}:
        return None
    CalendarYear.objects.filter(year=day.year).update(is_edited=True)
    return _write(before, after, by=by, why=why)


def _replace(
    years: Sequence[int],
    days: Sequence[SpecialDay],
    strays: Sequence[SpecialDay] = (),
    *,
    source: str,
    by: str,
    why: str,
    is_edited: bool,
) -> CalendarEdit | None:
    """These years say what `days` say and nothing else; `strays` are set beside, in years that stay as they are."""
    stray_days = [special.day for special in strays]
    standing = CalendarDay.objects.filter(day__year__in=years) | CalendarDay.objects.filter(day__in=stray_days)
    before = _as_days(standing)
    after = {special.day: (special.is_working, special.name) for special in (*days, *strays)}
    new_years = set(years) - set(CalendarYear.objects.values_list("year", flat=True))
    rows = [CalendarYear(year=year, source=source, is_edited=is_edited) for year in years]
    if before == after and not new_years:
        return None
    CalendarYear.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["year"], update_fields=["source", "is_edited"]
    )
    return _write(before, after, by=by, why=why, years=sorted(new_years))


def _standing(days: Iterable[date]) -> Days:
    return _as_days(CalendarDay.objects.filter(day__in=list(days)))


def _as_days(rows: Iterable[CalendarDay]) -> Days:
    return {row.day: (row.is_working, row.name) for row in rows}


def _write(before: Days, after: Days, *, by: str, why: str, years: Sequence[int] = ()) -> CalendarEdit:
    changed = {day for day in before.keys() | after.keys() if before.get(day) != after.get(day)}
    CalendarDay.objects.filter(day__in=changed & before.keys()).delete()
    written = [CalendarDay(day=day, is_working=after[day][0], name=after[day][1]) for day in changed & after.keys()]
    CalendarDay.objects.bulk_create(written)
    told: dict[str, Any] = {day.isoformat(): _kind(after.get(day)) for day in sorted(changed)}
    return _next_edit(by, why, {"days": told, "years": list(years)})


def _kind(said: tuple[bool, str] | None) -> str | None:
    return None if said is None else WORK if said[0] else OFF


def _next_edit(by: str, why: str, changed: dict[str, Any]) -> CalendarEdit:
    # Two edits at once take the same number: the second waits for the first, fails and is tried again by its person.
    last = CalendarEdit.objects.order_by("-number").values_list("number", flat=True).first() or 0
    digest = digest_of(CalendarYear.objects.values_list("year", flat=True), CalendarDay.objects.all())
    version = f"{NAME}@{last + 1}-{digest}"
    return CalendarEdit.objects.create(
        number=last + 1, version=version, edited_by=by, reason=why[:500], changed=changed
    )
