"""HTTP of a lost device: what went with it, and its end. No rules here."""

from uuid import UUID

from django.http import HttpRequest
from ninja import Router

from server.people.auth import SignedIn
from server.people.device_rights import require_can_keep, require_device
from server.people.models import Device, Officer
from server.people.services import revoke_device
from server.sync.device_schemas import HeldCaseView, HeldView, MissingPhotoView, Reason, UnsentActView
from server.sync.lost import HeldCase, held_by

router = Router(tags=["devices"], auth=SignedIn())


@router.get("/devices/{device_id}/held", response=HeldView, summary="What a device has with it, at least")
def device_held(request: HttpRequest, device_id: UUID) -> HeldView:
    """As far as it last said and we last sent; what it recorded later nobody knows."""
    officer = officer_of(request)
    device = require_device(officer, device_id)
    require_can_keep(officer, device)
    return _held(device, officer)


@router.post("/devices/{device_id}/revoke", response=HeldView, summary="End a lost device")
def revoke(request: HttpRequest, device_id: UUID, asked: Reason) -> HeldView:
    """Reading on it ends with its next contact, and with its lease at the latest; the answer names what it held."""
    officer = officer_of(request)
    device = require_device(officer, device_id)
    require_can_keep(officer, device)
    return _held(revoke_device(device=device, reason=asked.reason, by=officer), officer)


def officer_of(request: HttpRequest) -> Officer:
    assert isinstance(request.user, Officer)
    return request.user


def _held(device: Device, reader: Officer) -> HeldView:
    held = held_by(device, reader=reader)
    return HeldView(
        device=device.pk,
        name=device.name,
        officer=device.officer.name,
        revoked_at=device.revoked_at,
        cases=[_case(case) for case in held.cases],
        other_cases=held.other_cases,
        acts=[UnsentActView(seq=a.seq, kind=a.kind, case=_case_or_none(a.case), photos=a.photos) for a in held.acts],
        photos=[MissingPhotoView(sha256=p.sha256, size=p.size, case=_case_or_none(p.case)) for p in held.photos],
        photo_count=held.photo_count,
        bytes=held.bytes,
        said_at=held.said_at,
        is_cut=held.is_cut,
        readable_until=held.readable_until,
    )


def _case(case: HeldCase) -> HeldCaseView:
    return HeldCaseView(id=case.id, case_no=case.case_no)


def _case_or_none(case: HeldCase | None) -> HeldCaseView | None:
    return _case(case) if case else None
