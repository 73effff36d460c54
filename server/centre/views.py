"""Pages of the command centre: sign in, the desk, one case with an act's photos and what is wanted of them."""

from datetime import UTC
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from server.cases.access import cases_visible_to
from server.cases.models import Case
from server.cases.services.reading import record_case_reading
from server.centre.act_words import act_words
from server.centre.addresses import Addresses
from server.centre.alarms import alarm_list, alarm_total
from server.centre.bundle_words import export_words
from server.centre.case_page import case_page
from server.centre.delegation_page import linked_lines, may_be_delegated
from server.centre.desk import desk, stage_names
from server.centre.desk_filters import Choices, Filters
from server.centre.desk_frame import desk_frame, waiting_in
from server.centre.field import field_of
from server.centre.first_steps import first_steps
from server.centre.geo_view import MapView, drawn
from server.centre.language import chinese_first
from server.centre.spots import spots_in
from server.common.clock import local_date, now
from server.common.errors import DomainError
from server.evidence.services import stop_wanting_file, want_file
from server.field.models import ActionSubject
from server.ledger.models import Head
from server.matters.access import can_ask
from server.people.models import Court, Officer
from server.people.sign_in import sign_in
from server.realtime.access import streams_watched_by

THEMES = ("light", "dark")


def _officer(request: HttpRequest) -> Officer:
    assert isinstance(request.user, Officer)
    return request.user


def frame(request: HttpRequest, **context: Any) -> dict[str, Any]:
    moment = now().astimezone(UTC)
    theme = request.COOKIES.get("theme", "light")
    return {"as_of": moment, "theme": theme if theme in THEMES else "light", "brand": _("Command centre"), **context}


@never_cache
@chinese_first
@require_http_methods(["GET", "POST"])
def sign_in_page(request: HttpRequest) -> HttpResponse:
    fault, status, staff_no = "", 200, ""
    if request.method == "POST":
        staff_no = request.POST.get("staff_no", "")
        try:
            sign_in(request, staff_no=staff_no, password=request.POST.get("password", ""))
        except DomainError as error:
            fault, status = str(error.message), error.status
        else:
            return HttpResponseRedirect(_safe_next(request))
    context = frame(request, fault=fault, staff_no=staff_no, court=_first_court(), map=drawn([]))
    return render(request, "centre/sign_in.html", context, status=status)


def _first_court() -> str:
    """Whose deployment this is, if one court stands above all others."""
    names = list(Court.objects.filter(parent=None).values_list("name", flat=True)[:2])
    return names[0] if len(names) == 1 else ""


def _safe_next(request: HttpRequest) -> str:
    wanted = request.GET.get("next", "")
    return wanted if url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}) else "/centre/"


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    return redirect("/centre/sign-in")


@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    """Language and theme, kept in cookies; back to where the reader was."""
    back = request.POST.get("back", "")
    response = HttpResponseRedirect(
        back if url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}) else "/centre/"
    )
    year = 365 * 24 * 3600
    secure = settings.SESSION_COOKIE_SECURE
    if request.POST.get("language") in dict(settings.LANGUAGES):
        name = settings.LANGUAGE_COOKIE_NAME
        response.set_cookie(name, request.POST["language"], max_age=year, samesite="Lax", secure=secure)
    if request.POST.get("theme") in THEMES:
        response.set_cookie("theme", request.POST["theme"], max_age=year, samesite="Lax", secure=secure)
    return response


@never_cache
@login_required
@chinese_first
@require_GET
def desk_page(request: HttpRequest) -> HttpResponse:
    return _desk(request, None, None)


@never_cache
@login_required
@chinese_first
@require_GET
def case_view(request: HttpRequest, case_id: UUID) -> HttpResponse:
    case = cases_visible_to(_officer(request)).filter(pk=case_id).first()
    return _desk(request, case, None) if case else missing(request)


@never_cache
@login_required
@chinese_first
@require_GET
def action_view(request: HttpRequest, action_id: UUID) -> HttpResponse:
    subject_ids = ActionSubject.objects.filter(action_id=action_id).values_list("subject_id", flat=True)
    case = cases_visible_to(_officer(request)).filter(pk__in=list(subject_ids)).order_by("pk").first()
    return _desk(request, case, action_id) if case else missing(request)


@never_cache
@login_required
@chinese_first
@require_POST
def file_word(request: HttpRequest, action_id: UUID, sha256: str, word: str) -> HttpResponse:
    """Have a missing file sent first, or let it come in its turn; back to its act."""
    change = want_file if word == "want" else stop_wanting_file
    try:
        change(by=_officer(request), sha256=sha256, reason=request.POST.get("reason", "")[:200])
    except DomainError:
        return missing(request)
    return redirect(f"/centre/actions/{action_id}")


def missing(request: HttpRequest) -> HttpResponse:
    """The same for what there is not and for what is not the reader's."""
    return render(request, "centre/missing.html", frame(request), status=404)


def places_of(streams: frozenset[str]) -> list[dict[str, Any]]:
    """Where the live feed goes on from what this page shows."""
    names = ("stream", "ledger_epoch", "position")
    heads = Head.objects.filter(stream__in=streams).order_by("stream").values_list(*names)
    return [dict(zip(names, head, strict=True)) for head in heads]


def _desk(request: HttpRequest, case: Case | None, action_id: UUID | None) -> HttpResponse:
    officer, today = _officer(request), local_date(now())
    if case:
        record_case_reading(officer=officer, case_id=case.pk, court_id=case.court_id)
    streams = places_of(streams_watched_by(officer))  # read first: a lower bound of what the page shows
    filters, choices = Filters.of(request.GET), Choices.of(officer)
    alarms = alarm_list(officer, filters if filters.by else Filters(), today) if filters.by or not case else None
    listed, counters = desk(officer, filters, today)
    stages = stage_names()
    is_of_alarms = bool(alarms and filters.by)
    names = {"stage": stages.get(filters.stage, ""), "cause": alarms.cause_name if alarms and is_of_alarms else ""}
    page = case_page(case, officer, today, action_id) if case else None
    linked = linked_lines(officer, case, today) if case else []
    context = frame(
        request,
        **desk_frame(officer, "alarms" if is_of_alarms else "cases", counters, streams),
        listed=listed,
        case_total=listed.total,
        alarms=alarms,
        alarm_total=alarms.total if alarms and not filters.narrowed else alarm_total(officer),
        choices=choices,
        stages=stages,
        filters=filters,
        addresses=Addresses.of(filters, names, choices, listed.next),
        page=page,
        act_map=_map_of(case) if case else None,
        words=act_words(officer, page.shown_act, request.GET.get("code", "")) if page else None,
        export=export_words(officer, case, request.GET.get("bundle", "")[:40]) if case else None,
        asks_courts=case is not None and can_ask(officer, case),
        delegates=case is not None and may_be_delegated(officer, case, linked),
        linked=linked,
        waiting=waiting_in(case, officer) if case else [],
        field=None if case else field_of(officer, now()),
        steps=[] if case or counters.total or filters.by else first_steps(officer),
    )
    return render(request, "centre/desk.html", context)


def _map_of(case: Case) -> MapView | None:
    """Of the acts of this case that say where they were done."""
    spots = spots_in(Case.objects.filter(pk=case.pk))
    return drawn([spot.placed for spot in spots]) if spots else None
