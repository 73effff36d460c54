"""The log of the shift (值班日志): who is on duty, what was written down, the hand-over and its acknowledgement."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from server.centre.figure_words import figure_name
from server.centre.language import chinese_first
from server.centre.views import frame, missing
from server.centre.written import written
from server.common.errors import DomainError
from server.duty.access import keeps_desk, readable_shift
from server.duty.figures import standing_counts
from server.duty.models import Shift
from server.duty.queries import lines_of, shifts_page, standing_mutes, standing_shift
from server.duty.schemas import HandingOver, LineDraft, TakingOver
from server.duty.services import add_line, begin_shift, hand_over, take_over
from server.people.access import courts_watched_by
from server.people.models import Officer

PAST = 50


def _reader(request: HttpRequest) -> Officer:
    assert isinstance(request.user, Officer)
    return request.user


@never_cache
@login_required
@chinese_first
@require_http_methods(["GET", "POST"])
def shifts(request: HttpRequest) -> HttpResponse:
    """The shift that stands, and those before; posted to, one begins."""
    reader = _reader(request)
    if not courts_watched_by(reader):
        return missing(request)
    if request.method == "GET":
        return _show(request)
    try:
        begin_shift(by=reader)
    except DomainError as refused:
        return _show(request, refused=refused)
    return redirect("/centre/shifts")


@never_cache
@login_required
@chinese_first
def shift(request: HttpRequest, shift_id: UUID) -> HttpResponse:
    try:
        return _show(request, readable_shift(_reader(request), shift_id))
    except DomainError:
        return missing(request)


@never_cache
@login_required
@chinese_first
@require_POST
def word(request: HttpRequest, shift_id: UUID, word: str) -> HttpResponse:
    """Write a line, hand over, or take over; back to the log."""
    reader, typed = _reader(request), request.POST
    wanted = _("Say it in words.")
    try:
        if word == "line":
            add_line(shift_id=shift_id, text=written(LineDraft, wanted, text=typed.get("text", "")).text, by=reader)
        elif word == "hand-over":
            body = written(HandingOver, wanted, summary=typed.get("summary", ""))
            hand_over(shift_id=shift_id, summary=body.summary, by=reader)
        else:
            take_over(shift_id=shift_id, note=written(TakingOver, wanted, note=typed.get("note", "")).note, by=reader)
    except DomainError as refused:
        return missing(request) if refused.status == 404 else _show(request, refused=refused)
    return redirect("/centre/shifts")


def _show(request: HttpRequest, shown: Shift | None = None, refused: DomainError | None = None) -> HttpResponse:
    reader = _reader(request)
    standing = standing_shift(reader)
    shown = shown or standing
    past, _following = shifts_page(reader, None, PAST)
    context = frame(
        request,
        officer=reader,
        standing=standing,
        shown=shown,
        lines=lines_of(shown) if shown else [],
        left_open=_open(shown.left_open) if shown else [],
        now_open=_open(standing_counts(reader)),
        mutes=standing_mutes(reader),
        keeps=keeps_desk(reader),
        past=past,
        fault=str(refused.message) if refused else "",
        typed=request.POST,
    )
    return render(request, "centre/shifts.html", context, status=refused.status if refused else 200)


def _open(counts: dict[str, int]) -> list[tuple[str, str, int]]:
    return [(key, figure_name(key), count) for key, count in counts.items()]
