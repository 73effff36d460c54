"""Figures as charts and as lists: every bar and every number leads to the rows it counts."""

from datetime import date

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from server.centre.charts import charts_of, list_of
from server.centre.figure_words import figure_name, spoken
from server.centre.language import chinese_first
from server.centre.views import frame, missing
from server.common.clock import local_date, now
from server.common.day import FIRST, LAST
from server.duty.figures import FIGURES, OF_DAY, Scope
from server.people.access import courts_watched_by
from server.people.models import Officer

ROWS = 500


def _reader(request: HttpRequest) -> Officer:
    assert isinstance(request.user, Officer)
    return request.user


@never_cache
@login_required
@chinese_first
@require_GET
def figures(request: HttpRequest) -> HttpResponse:
    reader = _reader(request)
    if not courts_watched_by(reader):
        return missing(request)
    context = frame(request, officer=reader, charts=charts_of(reader, local_date(now())))
    return render(request, "centre/figures.html", context)


@never_cache
@login_required
@chinese_first
@require_GET
def figure(request: HttpRequest, key: str) -> HttpResponse:
    """The rows of one figure; `day` for one of a day, `bar` for a part of a chart."""
    reader = _reader(request)
    if not courts_watched_by(reader):
        return missing(request)
    day = _day(request.GET.get("day", ""))
    if key in FIGURES:
        known, scope = FIGURES[key], Scope(reader, day)
        lines, total, noun, title = known.lines(scope, ROWS), known.count(scope), known.noun, figure_name(key)
    elif (found := list_of(reader, key, request.GET.get("bar", ""), day, ROWS)) is not None:
        lines, total, noun, title = found.lines, found.total, found.noun, found.title
    else:
        return missing(request)
    context = frame(
        request,
        officer=reader,
        title=title,
        total=total,
        day=day if key in OF_DAY else None,
        lines=spoken(noun, lines),
    )
    return render(request, "centre/figure.html", context)


def _day(typed: str) -> date:
    """Today for what is none."""
    try:
        day = date.fromisoformat(typed)
    except ValueError:
        return local_date(now())
    return day if FIRST <= day <= LAST else local_date(now())
