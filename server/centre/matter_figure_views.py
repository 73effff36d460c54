"""Figures of errands on a page: each number leads to the moves it counts, each move to its errand."""

from datetime import date
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from server.centre.language import chinese_first
from server.centre.matter_page import kind_name
from server.centre.views import frame, missing
from server.common.clock import local_date, now
from server.common.day import FIRST, LAST
from server.matters.figure_api import ROWS, figure_row
from server.matters.figures import Key, Span, Tally, moves_of, tallies
from server.matters.wording import move_name
from server.people.access import courts_watched_by
from server.people.models import Officer

COLUMNS = (
    *(Key.SENT, Key.SIGNED, Key.FED_BACK, Key.CONFIRMED, Key.RETURNED),
    *(Key.DISPUTED, Key.RATED, Key.COMPLAINED, Key.DECIDED),
)
IN_TIME = {Key.SIGNED: Key.SIGNED_IN_TIME, Key.FED_BACK: Key.FED_BACK_IN_TIME, Key.DECIDED: Key.DECIDED_IN_TIME}


def figure_name(key: Key) -> str:
    return {
        Key.SENT: _("Came in"),
        Key.SIGNED: _("Signed for"),
        Key.SIGNED_IN_TIME: _("Signed for in time"),
        Key.FED_BACK: _("Fed back"),
        Key.FED_BACK_IN_TIME: _("Fed back in time"),
        Key.CONFIRMED: _("Confirmed"),
        Key.RETURNED: _("Returned"),
        Key.DISPUTED: _("Not accepted"),
        Key.RATED: _("Rated"),
        Key.COMPLAINED: _("Complaints"),
        Key.DECIDED: _("Feedback decided on"),
        Key.DECIDED_IN_TIME: _("Feedback decided on in time"),
    }[key]


def _reader(request: HttpRequest) -> Officer:
    assert isinstance(request.user, Officer)
    return request.user


@never_cache
@login_required
@chinese_first
@require_GET
def figures_page(request: HttpRequest) -> HttpResponse:
    reader = _reader(request)
    if not courts_watched_by(reader):
        return missing(request)
    span = _span(request)
    courts = [
        (court_id, court, _cells(court), [(pk, each, _cells(each)) for pk, each in court.officers.items()])
        for court_id, court in tallies(reader, span).items()
    ]
    names = [figure_name(key) for key in COLUMNS]
    context = frame(request, officer=reader, span=span, courts=courts, names=names)
    return render(request, "centre/matter_figures.html", context)


def _cells(tally: Tally) -> list[tuple[str, int, str, int]]:
    """Of each column its figure and number, and where it may be late the figure and number in time."""
    timely = {key: (IN_TIME[key].value, tally.counts[IN_TIME[key]]) for key in IN_TIME}
    return [(key.value, tally.counts[key], *timely.get(key, ("", 0))) for key in COLUMNS]


@never_cache
@login_required
@chinese_first
@require_GET
def figure_page(request: HttpRequest, key: str) -> HttpResponse:
    """The moves of one figure; `court` and `officer` narrow it."""
    reader = _reader(request)
    if key not in list(Key) or not courts_watched_by(reader):
        return missing(request)
    span, court, officer = _span(request), _uuid(request, "court"), _uuid(request, "officer")
    rows = moves_of(reader, Key(key), span, court_id=court, officer_id=officer)
    views = [figure_row(row) for row in rows[:ROWS]]
    lines = [(view, kind_name(view.kind), move_name(view.move)) for view in views]
    context = frame(request, officer=reader, span=span, title=figure_name(Key(key)), total=rows.count(), lines=lines)
    return render(request, "centre/matter_figure.html", context)


def _span(request: HttpRequest) -> Span:
    """This month so far for what is no day."""
    today = local_date(now())
    until = _day(request, "until") or today
    return Span(_day(request, "since") or until.replace(day=1), until)


def _day(request: HttpRequest, name: str) -> date | None:
    try:
        day = date.fromisoformat(request.GET.get(name, ""))
    except ValueError:
        return None
    return day if FIRST <= day <= LAST else None


def _uuid(request: HttpRequest, name: str) -> UUID | None:
    try:
        return UUID(request.GET.get(name, ""))
    except ValueError:
        return None
