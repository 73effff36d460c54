"""The daily report (日报): drafted from the figures by one click, changed by hand, saved as versions, printed."""

from datetime import date
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from server.centre.figure_words import DAY_KEYS, STANDING_KEYS, figure_look, figure_name, first_draft
from server.centre.language import chinese_first
from server.centre.views import frame, missing
from server.centre.written import written
from server.common.clock import local_date, now
from server.common.day import FIRST, LAST
from server.common.errors import DomainError
from server.duty.access import keeps_desk
from server.duty.figures import day_counts
from server.duty.models import DailyReport
from server.duty.queries import reported_days, versions_of
from server.duty.schemas import ReportDraft
from server.duty.services import save_report
from server.people.access import courts_watched_by
from server.people.models import Officer

DAYS = 60


def _reader(request: HttpRequest) -> Officer:
    assert isinstance(request.user, Officer)
    return request.user


@never_cache
@login_required
@chinese_first
@require_GET
def reports(request: HttpRequest) -> HttpResponse:
    """Days there is a report of; asked for a day, that one."""
    reader = _reader(request)
    if not courts_watched_by(reader):
        return missing(request)
    if day := _day(request.GET.get("day", "")):
        return redirect(f"/centre/reports/{day.isoformat()}")
    today = local_date(now())
    context = frame(request, officer=reader, reports=reported_days(reader, DAYS), today=today)
    return render(request, "centre/reports.html", context)


@never_cache
@login_required
@chinese_first
@require_http_methods(["GET", "POST"])
def report(request: HttpRequest, day: str) -> HttpResponse:
    """One day to read and change; posted to, one more version."""
    reader, on = _reader(request), _day(day)
    if not on or not courts_watched_by(reader):
        return missing(request)
    if request.method == "GET":
        return _show(request, on)
    try:
        typed = {name: request.POST.get(name, "") for name in ("text", "based_on")}
        body = written(ReportDraft, _("Say it in words."), **typed)
        save_report(day=on, text=body.text, based_on=body.based_on, by=reader)
    except DomainError as refused:
        return _show(request, on, refused)
    return redirect(f"/centre/reports/{on.isoformat()}")


@never_cache
@login_required
@chinese_first
@require_GET
def printed(request: HttpRequest, day: str) -> HttpResponse:
    """On A4: the version asked for, the latest by default."""
    reader, on = _reader(request), _day(day)
    versions = versions_of(reader, on) if on else []
    asked = request.GET.get("version", "")
    shown = (
        next((each for each in versions if str(each.number) == asked), None) if asked else next(iter(versions), None)
    )
    if shown is None:
        return missing(request)
    context = frame(request, officer=reader, report=shown, tables=_tables(shown.figures))
    return render(request, "centre/report_print.html", context)


def _show(request: HttpRequest, day: date, refused: DomainError | None = None) -> HttpResponse:
    reader = _reader(request)
    versions, counted = versions_of(reader, day), day_counts(reader, day)
    asked = request.GET.get("version", "")
    shown = next((each for each in versions if str(each.number) == asked), versions[0] if versions else None)
    context = frame(
        request,
        officer=reader,
        day=day,
        versions=versions,
        shown=shown,
        latest=versions[0].number if versions else 0,
        text=request.POST.get("text") or (shown.text if shown else first_draft(reader.court.name, day, counted)),
        tables=_tables(counted, shown),
        may_save=keeps_desk(reader) and day <= local_date(now()),
        fault=str(refused.message) if refused else "",
    )
    return render(request, "centre/report.html", context, status=refused.status if refused else 200)


def _tables(counted: dict[str, int], saved: DailyReport | None = None) -> list[dict[str, Any]]:
    """The day, and what stands: each figure as counted now, and as it was saved where that differs."""
    kept = saved.figures if saved else {}
    return [
        {
            "title": title,
            "rows": [
                {
                    "key": key,
                    "name": figure_name(key),
                    "look": figure_look(key),
                    "count": counted.get(key, 0),
                    "saved": kept[key] if key in kept and kept[key] != counted.get(key) else None,
                }
                for key in keys
            ],
        }
        for title, keys in ((_("On this day"), DAY_KEYS), (_("Standing"), STANDING_KEYS))
    ]


def _day(typed: str) -> date | None:
    try:
        day = date.fromisoformat(typed)
    except ValueError:
        return None
    return day if FIRST <= day <= LAST else None
