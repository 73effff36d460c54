"""Pages of safety: what asks for an answer and who is on site; an alarm and a stay, with what the desk says of them."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from server.centre.language import chinese_first
from server.centre.safety_pages import alarm_line, open_order_lines, standing, stay_line, stays, tiles
from server.centre.views import frame, missing, places_of
from server.common.errors import DomainError
from server.people.models import Officer
from server.realtime.access import streams_watched_by
from server.safety.access import alarms_visible_to, can_command, presences_visible_to
from server.safety.queries import OnSite, last_contact_of, ordered
from server.safety.services import acknowledge_alarm, acknowledge_silence, close_alarm, close_presence


def reader_of(request: HttpRequest) -> Officer:
    assert isinstance(request.user, Officer)
    return request.user


@never_cache
@login_required
@chinese_first
@require_GET
def safety_page(request: HttpRequest) -> HttpResponse:
    reader = reader_of(request)
    streams = places_of(streams_watched_by(reader))  # read first: a lower bound of what the page shows
    alarms, there, orders = standing(reader), stays(reader), open_order_lines(reader)
    context = frame(
        request,
        officer=reader,
        alarms=alarms,
        stays=there,
        orders=orders,
        tiles=tiles(alarms, there, len(orders)),
        streams=streams,
    )
    return render(request, "centre/safety.html", context)


@never_cache
@login_required
@chinese_first
@require_GET
def alarm_page(request: HttpRequest, alarm_id: UUID) -> HttpResponse:
    return _alarm(request, alarm_id)


@never_cache
@login_required
@chinese_first
@require_POST
def alarm_word(request: HttpRequest, alarm_id: UUID, word: str) -> HttpResponse:
    """Acknowledge or close, then back to it; what cannot be said stands above the form with what was typed."""
    reader, said = reader_of(request), request.POST.get("said", "")
    try:
        if word == "acknowledge":
            acknowledge_alarm(alarm_id=alarm_id, done=said, by=reader)
        else:
            close_alarm(alarm_id=alarm_id, why=said, by=reader)
    except DomainError as refused:
        return _alarm(request, alarm_id, refused)
    return redirect(f"/centre/safety/alarms/{alarm_id}")


def _alarm(request: HttpRequest, alarm_id: UUID, refused: DomainError | None = None) -> HttpResponse:
    reader = reader_of(request)
    alarm = ordered(alarms_visible_to(reader).filter(pk=alarm_id)).first()
    if alarm is None:
        return missing(request)
    context = frame(
        request,
        officer=reader,
        line=alarm_line(alarm),
        calls=alarm.calls.select_related("seen_by").order_by("pk"),
        may=can_command(reader, alarm.court_id) and alarm.ended_at is None,
        fault=str(refused.message) if refused else "",
        typed=request.POST.get("said", ""),
    )
    return render(request, "centre/alarm.html", context, status=refused.status if refused else 200)


@never_cache
@login_required
@chinese_first
@require_GET
def stay_page(request: HttpRequest, presence_id: UUID) -> HttpResponse:
    return _stay(request, presence_id)


@never_cache
@login_required
@chinese_first
@require_POST
def close_stay(request: HttpRequest, presence_id: UUID) -> HttpResponse:
    try:
        close_presence(presence_id=presence_id, why=request.POST.get("said", ""), by=reader_of(request))
    except DomainError as refused:
        return _stay(request, presence_id, refused)
    return redirect(f"/centre/safety/presences/{presence_id}")


@never_cache
@login_required
@chinese_first
@require_POST
def acknowledge_stay(request: HttpRequest, presence_id: UUID) -> HttpResponse:
    """Of one who is silent: his alarm is raised by that, where the beat has not come to it."""
    try:
        said = request.POST.get("said", "")
        alarm = acknowledge_silence(presence_id=presence_id, done=said, by=reader_of(request))
    except DomainError as refused:
        return _stay(request, presence_id, refused)
    return redirect(f"/centre/safety/alarms/{alarm.pk}")


def _stay(request: HttpRequest, presence_id: UUID, refused: DomainError | None = None) -> HttpResponse:
    reader = reader_of(request)
    visible = presences_visible_to(reader).select_related("officer", "case", "ended_by")
    row = visible.filter(pk=presence_id).first()
    if row is None:
        return missing(request)
    heard = last_contact_of([row.officer_id]).get(row.officer_id)
    context = frame(
        request,
        officer=reader,
        line=stay_line(OnSite(row, heard)),
        words=row.check_ins.order_by("received_at", "pk"),
        may=can_command(reader, row.court_id) and row.ended_at is None,
        fault=str(refused.message) if refused else "",
        typed=request.POST.get("said", ""),
    )
    return render(request, "centre/stay.html", context, status=refused.status if refused else 200)
