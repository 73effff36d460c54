"""Pages of devices: who has one, what a lost one held, what wants two persons, a sheet of codes to print."""

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from server.centre.enrolment_sheet import page_of
from server.centre.language import chinese_first
from server.centre.parcels import hand_in, parcel_lines
from server.centre.views import frame
from server.common.errors import DomainError
from server.field.films import matches_films
from server.people.access import roles_of
from server.people.device_rights import KEEPS_DEVICES, can_ask, can_keep, require_can_keep, require_device
from server.people.models import Device, Officer, TwoPersonAct
from server.people.queries import devices_visible_to, officers_without_device
from server.people.services import answer_doubt, ask_two_persons, decide_as_second, revoke_device
from server.people.services.batches import issue_enrolment_codes
from server.sync.deeds import carry_out
from server.sync.lost import held_by
from server.sync.sealed import sealed_of
from server.sync.two_persons_api import act_view, acts_of, ask_escrow_of

LISTED_AT_MOST = 500


@never_cache
@login_required
@chinese_first
@require_GET
def devices_page(request: HttpRequest) -> HttpResponse:
    return _devices(request)


@never_cache
@login_required
@chinese_first
@require_GET
def device_page(request: HttpRequest, device_id: UUID) -> HttpResponse:
    return _device(request, _kept(request, device_id))


@never_cache
@login_required
@chinese_first
@require_POST
def device_word(request: HttpRequest, device_id: UUID, word: str) -> HttpResponse:
    """Revoke it, ask to release what it sent, say whether it is one's own."""
    officer = _officer(request)
    reason = request.POST.get("reason", "").strip()[:200]
    try:
        if word == "answer":
            answer_doubt(officer=officer, device_id=device_id, was_me=request.POST.get("was_me") == "yes")
            return redirect("/centre/devices")
        device = _kept(request, device_id)
        if word == "revoke":
            device = revoke_device(device=device, reason=reason or "–", by=officer)
        else:
            ask_two_persons(kind=TwoPersonAct.Kind.RELEASE, device=device, reason=reason or "–", by=officer)
    except DomainError as fault:
        return _devices(request, fault=fault)
    return _device(request, device)


@never_cache
@login_required
@chinese_first
@require_POST
def act_word(request: HttpRequest, act_id: UUID, word: str) -> HttpResponse:
    """The second person's."""
    officer = _officer(request)
    if act_id not in {act.pk for act in acts_of(officer)}:
        raise Http404
    try:
        act = decide_as_second(act_id=act_id, by=officer, is_allowed=word == "approve")
        if word == "approve":
            carry_out(act)
    except DomainError as fault:
        return _devices(request, fault=fault)
    return redirect("/centre/devices")


@never_cache
@login_required
@chinese_first
@require_POST
def sheet_page(request: HttpRequest) -> HttpResponse:
    """Codes for the officers ticked, shown this once."""
    named = {each.pk: each for each in _without_device(_officer(request))}
    chosen = [named[pk] for pk in map(_uuid, request.POST.getlist("officer")) if pk in named]
    try:
        codes = issue_enrolment_codes(officers=chosen, by=_officer(request))
    except DomainError as fault:
        return _devices(request, fault=fault)
    return render(request, "centre/sheet.html", page_of(codes))


@never_cache
@login_required
@chinese_first
@require_POST
def hand_in_parcel(request: HttpRequest) -> HttpResponse:
    """A parcel's file; what became of it stands in the list."""
    try:
        hand_in(_officer(request), request.FILES.get("parcel"))
    except DomainError as fault:
        return _devices(request, fault=fault)
    return redirect("/centre/devices#parcels")


@never_cache
@login_required
@chinese_first
@require_POST
def ask_escrow(request: HttpRequest, device_id: UUID) -> HttpResponse:
    """With the file that `zhixing-field escrow-request` wrote; another person has to allow it."""
    officer, reason = _officer(request), request.POST.get("reason", "").strip()[:200]
    try:
        ask_escrow_of(_kept(request, device_id), officer, reason or "–", request.FILES.get("request"))
    except DomainError as fault:
        return _devices(request, fault=fault)
    return redirect("/centre/devices#acts")


def _devices(request: HttpRequest, fault: DomainError | None = None) -> HttpResponse:
    officer = _officer(request)
    devices = devices_visible_to(officer).order_by("-enrolled_at")[:LISTED_AT_MOST]
    context = frame(
        request,
        officer=officer,
        devices=[(device, can_keep(officer, device)) for device in devices],
        doubted=[device for device in devices if device.is_doubted and device.officer_id == officer.pk],
        acts=[(act_view(act, officer), _kind(act), _state(act)) for act in acts_of(officer)],
        keeps=bool(roles_of(officer) & KEEPS_DEVICES),
        parcels=parcel_lines(officer),
        matches_films=matches_films(officer),
        without=_without_device(officer),
        fault=str(fault.message) if fault else "",
    )
    return render(request, "centre/devices.html", context, status=fault.status if fault else 200)


def _kind(act: TwoPersonAct) -> str:
    return str(TwoPersonAct.Kind(act.kind).label)


def _state(act: TwoPersonAct) -> str:
    return str(TwoPersonAct.State(act.state).label)


def _device(request: HttpRequest, device: Device) -> HttpResponse:
    officer = _officer(request)
    context: dict[str, Any] = frame(
        request,
        officer=officer,
        device=device,
        held=held_by(device, reader=officer),
        sealed=sealed_of(device),
        may_ask=can_ask(officer, device),
    )
    return render(request, "centre/device.html", context)


def _kept(request: HttpRequest, device_id: UUID) -> Device:
    try:
        device = require_device(_officer(request), device_id)
        require_can_keep(_officer(request), device)
    except DomainError:
        raise Http404 from None
    return device


def _without_device(officer: Officer) -> list[Officer]:
    keeps = roles_of(officer) & KEEPS_DEVICES
    return officers_without_device(officer.court.code) if keeps else []


def _officer(request: HttpRequest) -> Officer:
    assert isinstance(request.user, Officer)
    return request.user


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
