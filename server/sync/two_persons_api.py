"""HTTP of what wants two persons: letting go what was sealed, using the escrow key. No rules here."""

import json
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.db.models import Q
from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Router

from server.common.errors import DomainError
from server.people.access import roles_of
from server.people.auth import SignedIn
from server.people.device_rights import ALLOWS_SECOND, ASKS_FIRST, can_allow, require_can_keep, require_device
from server.people.models import Device, Officer, TwoPersonAct
from server.people.services import ask_two_persons, decide_as_second
from server.sync.deeds import carry_out, slot_invalid
from server.sync.device_api import officer_of
from server.sync.device_schemas import ActPage, ActView, EscrowRequest, Reason, SealedView
from server.sync.sealed import sealed_of

router = Router(tags=["devices"], auth=SignedIn())
LISTED_AT_MOST = 200
REQUEST_BYTES = 16 * 1024


@router.get("/devices/{device_id}/sealed", response=SealedView, summary="What a revoked device has sent since")
def device_sealed(request: HttpRequest, device_id: UUID) -> SealedView:
    officer = officer_of(request)
    device = require_device(officer, device_id)
    require_can_keep(officer, device)
    found = sealed_of(device)
    return SealedView(
        operations=found.operations,
        bytes=found.bytes,
        files=found.files,
        files_arriving=found.files_arriving,
        last_received_at=found.last_received_at,
    )


@router.post("/devices/{device_id}/sealed/release", response=ActView, summary="Ask to let go what it sent")
def ask_release(request: HttpRequest, device_id: UUID, asked: Reason) -> ActView:
    """Another person has to allow it."""
    officer = officer_of(request)
    device = require_device(officer, device_id)
    act = ask_two_persons(kind=TwoPersonAct.Kind.RELEASE, device=device, reason=asked.reason, by=officer)
    return act_view(act, officer)


@router.post("/devices/{device_id}/escrow", response=ActView, summary="Ask to open a device with the escrow key")
def ask_escrow(request: HttpRequest, device_id: UUID, asked: EscrowRequest) -> ActView:
    """Another person has to allow it; its key is then handed over to the store's own workplace, and to nobody else."""
    officer = officer_of(request)
    return act_view(_escrow_act(require_device(officer, device_id), officer, asked), officer)


@router.get("/two-person-acts", response=ActPage, summary="What waits for a second person, and what came of it")
def list_acts(request: HttpRequest) -> ActPage:
    """Newest first, of the reader's own court; nothing for those who are neither of the two."""
    officer = officer_of(request)
    return ActPage(items=[act_view(act, officer) for act in acts_of(officer)])


@router.get("/two-person-acts/{act_id}", response=ActView)
def read_act(request: HttpRequest, act_id: UUID) -> ActView:
    officer = officer_of(request)
    return act_view(_act(officer, act_id), officer)


@router.post("/two-person-acts/{act_id}/approve", response=ActView, summary="The second person allows it")
def approve(request: HttpRequest, act_id: UUID) -> ActView:
    """It is carried out with the answer. Allowed again, it goes on where it was cut."""
    officer = officer_of(request)
    act = decide_as_second(act_id=_act(officer, act_id).pk, by=officer, is_allowed=True)
    return act_view(carry_out(act), officer)


@router.post("/two-person-acts/{act_id}/refuse", response=ActView, summary="The second person refuses it")
def refuse(request: HttpRequest, act_id: UUID) -> ActView:
    officer = officer_of(request)
    return act_view(decide_as_second(act_id=_act(officer, act_id).pk, by=officer, is_allowed=False), officer)


def ask_escrow_of(device: Device, officer: Officer, reason: str, file: "UploadedFile[bytes] | None") -> TwoPersonAct:
    """The same with the request as a file. Raises DomainError 422 `escrow_slot_invalid` where it is none."""
    try:
        members = json.loads(file.read(REQUEST_BYTES)) if file else {}
        asked = EscrowRequest(**{**members, "reason": reason})
    except (TypeError, ValueError):  # no JSON, or no such members
        raise slot_invalid() from None
    return _escrow_act(device, officer, asked)


def _escrow_act(device: Device, officer: Officer, asked: EscrowRequest) -> TwoPersonAct:
    if asked.slot.device not in (None, device.pk):
        raise slot_invalid()
    members = asked.dict(exclude={"reason"})
    members["slot"]["device"] = str(asked.slot.device) if asked.slot.device else None
    kind = TwoPersonAct.Kind.ESCROW
    return ask_two_persons(kind=kind, device=device, reason=asked.reason, by=officer, asked=members)


def acts_of(officer: Officer) -> list[TwoPersonAct]:
    """Those of his court, where he is one of the two; else those he asked for himself."""
    mine = Q(requested_by=officer)
    if roles_of(officer) & (ASKS_FIRST | ALLOWS_SECOND):
        mine |= Q(court_id=officer.court_id)
    rows = TwoPersonAct.objects.filter(mine).select_related("device__officer", "requested_by", "decided_by")
    return list(rows.order_by("-requested_at", "-pk")[:LISTED_AT_MOST])


def _act(officer: Officer, act_id: UUID) -> TwoPersonAct:
    for act in acts_of(officer):
        if act.pk == act_id:
            return act
    raise DomainError("act_not_found", 404, _("There is no such request among those you may see."))


def act_view(act: TwoPersonAct, reader: Officer) -> ActView:
    return ActView(
        id=act.pk,
        kind=act.kind,
        state=act.state,
        device=act.device_id,
        officer=act.device.officer.name,
        reason=act.reason,
        requested_by=act.requested_by.name,
        requested_at=act.requested_at,
        decided_by=act.decided_by.name if act.decided_by else None,
        decided_at=act.decided_at,
        may_decide=act.state == "open" and act.requested_by_id != reader.pk and can_allow(reader, act.device),
        outcome=act.outcome if reader.pk in (act.requested_by_id, act.decided_by_id) else {},
    )
