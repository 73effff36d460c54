"""Delegated cases on pages: what came in and went out, one of them with its next steps, a draft from a case."""

from io import BytesIO
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from server.cases.access import readable_case
from server.cases.models import Case, Property
from server.centre.delegation_forms import FREE_ROWS, draft_typed, move_typed
from server.centre.delegation_page import (
    clock_lines,
    due_look,
    line_of,
    log_lines,
    measure_lines,
    paper_lines,
    slot_names,
    state_look,
    step_forms,
    target_lines,
    waiting,
)
from server.centre.language import chinese_first
from server.centre.states import link_looks
from server.centre.views import frame, missing, places_of
from server.common.clock import local_date, now
from server.common.errors import DomainError
from server.delegation.access import actor_of, can_delegate, delegations_visible_to, readable_delegation
from server.delegation.models import CaseDelegation
from server.delegation.queries import boxed
from server.delegation.schemas import DelegationDetail
from server.delegation.services import add_file, draft_delegation, move_delegation, revise_draft
from server.delegation.services.papers import TAKES_PAPERS
from server.delegation.showing import detail_of, row_of
from server.delegation.states import Move, Part, State
from server.people.access import courts_below, courts_watched_by
from server.people.models import Court, Officer
from server.realtime.access import streams_watched_by

ROWS = 200
BOXES = ("in", "out")


def _reader(request: HttpRequest) -> Officer:
    assert isinstance(request.user, Officer)
    return request.user


@never_cache
@login_required
@chinese_first
@require_GET
def delegations_page(request: HttpRequest) -> HttpResponse:
    """What came in, or went out."""
    reader, box, state = _reader(request), request.GET.get("box", "in"), request.GET.get("state", "")
    box = box if box in BOXES else "in"
    streams = places_of(streams_watched_by(reader))  # read first: a lower bound of what the page shows
    found = boxed(delegations_visible_to(reader), box, courts_watched_by(reader) | {reader.court_id})
    numbers = dict(found.order_by().values_list("state").annotate(Count("pk")))
    states = [key for key, _label in CaseDelegation.State.choices if key in numbers]
    rows = found.filter(state=state) if state in states else found
    rows = rows.select_related("from_court", "to_court", "case", "received_case")
    at = now()
    context = frame(
        request,
        officer=reader,
        box=box,
        state=state,
        tiles=[(key, state_look(key), numbers[key]) for key in states],
        lines=[line_of(row_of(row, at), local_date(at)) for row in rows.order_by("ended_at", "due_on", "-pk")[:ROWS]],
        streams=streams,
        link_states=link_looks(),
    )
    return render(request, "centre/delegations.html", context)


@never_cache
@login_required
@chinese_first
@require_GET
def delegation_page(request: HttpRequest, delegation_id: UUID) -> HttpResponse:
    return _show(request, delegation_id)


@never_cache
@login_required
@chinese_first
@require_POST
def delegation_word(request: HttpRequest, delegation_id: UUID, word: str) -> HttpResponse:
    """A step, or a paper; back to the delegation, or to the one that follows it."""
    reader, said = _reader(request), _WORDS.get(word)
    if said is None:
        return missing(request)
    try:
        shown = said(request, readable_delegation(reader, delegation_id), reader)
    except DomainError as refused:
        return _show(request, delegation_id, refused)
    return redirect(f"/centre/delegations/{shown}")


def _move(request: HttpRequest, delegation: CaseDelegation, reader: Officer) -> UUID:
    move, said = move_typed(request)
    done = move_delegation(delegation_id=delegation.pk, move=move, by=reader, said=said)
    return done.following.pk if done.following else delegation.pk


def _paper(request: HttpRequest, delegation: CaseDelegation, reader: Officer) -> UUID:
    file, slot = request.FILES.get("file"), request.POST.get("slot", "")[:30]
    content = file.file if file and file.file else BytesIO()
    title = request.POST.get("title", "").strip() or (file.name if file and file.name else slot)
    add_file(delegation=delegation, slot=slot, title=title[:200], content=content, by=reader)
    return delegation.pk


_WORDS = {"move": _move, "paper": _paper}


def _show(request: HttpRequest, delegation_id: UUID, refused: DomainError | None = None) -> HttpResponse:
    reader = _reader(request)
    try:
        delegation = readable_delegation(reader, delegation_id)
    except DomainError:
        return missing(request)
    streams = places_of(streams_watched_by(reader))  # read first: a lower bound of what the page shows
    detail, parts = detail_of(delegation, reader), actor_of(reader, delegation).parts
    names = slot_names()
    context = frame(
        request,
        officer=reader,
        delegation=detail,
        state=state_look(delegation.state),
        waits=waiting(detail.waits_for),
        due=due_look(detail, local_date(now())),
        targets=target_lines(detail.targets),
        measures=measure_lines(detail.measures),
        papers=paper_lines(detail.papers),
        missing=[names[slot] for slot in detail.missing_papers],
        clocks=clock_lines(detail),
        log=log_lines(detail, _courts(detail)),
        steps=step_forms(detail),
        slots=names if Part.AUTHOR in parts and State(delegation.state) in TAKES_PAPERS else {},
        revises=Part.AUTHOR in parts and delegation.state == State.DRAFT,
        changed=[each for each in detail.snapshots if each.changed],
        kinds=Property.Kind.choices,
        fault=str(refused.message) if refused else "",
        typed=request.POST,
        streams=streams,
        link_states=link_looks(),
        **_choices(delegation, reader, {step.move for step in detail.steps}),
    )
    return render(request, "centre/delegation.html", context, status=refused.status if refused else 200)


def _courts(detail: DelegationDetail) -> dict[UUID, str]:
    """Names of those that moved it."""
    return dict(Court.objects.filter(pk__in={each.court for each in detail.moves}).values_list("pk", "name"))


def _choices(delegation: CaseDelegation, reader: Officer, moves: set[str]) -> dict[str, Any]:
    """Courts and officers whom a step may name."""
    courts = Court.objects.none()
    if Move.APPOINT in moves:
        taken = (delegation.to_court_id, delegation.from_court_id)
        courts = Court.objects.filter(pk__in=courts_below(reader.court_id)).exclude(pk__in=taken).order_by("code")
    named: list[UUID] = [*courts.values_list("pk", flat=True)]
    named += [reader.court_id] if moves & {Move.FILE, Move.LIFT} else []
    officers = Officer.objects.filter(court_id__in=named, is_active=True, is_wall=False).select_related("court")
    return {"courts": courts, "handlers": officers.order_by("court__code", "staff_no")}


@never_cache
@login_required
@chinese_first
@require_http_methods(["GET", "POST"])
def draft_page(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Delegate a case to a court of another province; a draft that stands is said anew."""
    reader = _reader(request)
    try:
        case = readable_case(reader, case_id)
    except DomainError:
        return missing(request)
    standing = _draft_of(case, reader)
    if request.method == "GET":
        return _draft(request, case, standing)
    try:
        to_court, asked = draft_typed(request, [str(pk) for pk in case.properties.values_list("pk", flat=True)])
        if standing:
            revise_draft(delegation=standing, to_court=to_court, asked=asked, by=reader)
        else:
            standing = draft_delegation(case=case, to_court=to_court, asked=asked, by=reader)
    except DomainError as refused:
        return _draft(request, case, standing, refused)
    return redirect(f"/centre/delegations/{standing.pk}")


def _draft_of(case: Case, reader: Officer) -> CaseDelegation | None:
    rows = delegations_visible_to(reader).filter(case=case, from_court_id=reader.court_id, state=State.DRAFT.value)
    return rows.select_related("from_court", "to_court", "case", "received_case").first()


def _draft(
    request: HttpRequest, case: Case, standing: CaseDelegation | None, refused: DomainError | None = None
) -> HttpResponse:
    places = {each.get("property", ""): each["place"] for each in standing.targets} if standing else {}
    free = [each for each in standing.targets if not each.get("property")] if standing else []
    reader = _reader(request)
    context = frame(
        request,
        officer=reader,
        case=case,
        standing=standing,
        may=can_delegate(reader, case),
        courts=Court.objects.exclude(pk=case.court_id).order_by("code"),
        properties=[(row, places.get(str(row.pk), "")) for row in case.properties.order_by("pk")],
        rows=[(number, free[number - 1] if number <= len(free) else {}) for number in FREE_ROWS],
        kinds=Property.Kind.choices,
        fault=str(refused.message) if refused else "",
        typed=request.POST,
    )
    return render(request, "centre/delegation_draft.html", context, status=refused.status if refused else 200)
