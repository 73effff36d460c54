"""HTTP of the question whether a further device is the officer's own: answered by his other device, or at his desk."""

from uuid import UUID

from django.http import HttpRequest, JsonResponse
from ninja import Router, Schema

from server.common.errors import DomainError
from server.common.ijson import NotIJson, parse_object
from server.common.members import read_uuid
from server.common.signing import SignatureError
from server.people.auth import SignedIn
from server.people.device_auth import SIGNATURE_HEADER, authenticate_device
from server.people.device_rights import require_device
from server.people.services import answer_doubt
from server.sync.decoding import SIGNED_BODY, decoded
from server.sync.device_api import officer_of
from server.sync.envelope import invalid, require_protocol
from server.sync.statements import stated

router = Router(tags=["devices"])
MAX_REQUEST_BYTES = 128 * 1024


class Word(Schema):
    was_me: bool


class Answered(Schema):
    device: UUID
    is_revoked: bool


@router.post("/devices/{device_id}/answer", response=Answered, auth=SignedIn(), summary="Was it you?")
def answer_at_desk(request: HttpRequest, device_id: UUID, word: Word) -> Answered:
    """The officer's own word on a further device of his; "no" revokes it."""
    officer = officer_of(request)
    device = answer_doubt(officer=officer, device_id=require_device(officer, device_id).pk, was_me=word.was_me)
    return Answered(device=device.pk, is_revoked=device.revoked_at is not None)


@router.post("/devices/answer", openapi_extra=SIGNED_BODY, summary="Was it you? By another device of his")
def answer_by_device(request: HttpRequest) -> JsonResponse:
    """Signed like every request of a device: `{"protocol", "certificate", "nonce", "device", "was_me"}`."""
    body = decoded(request.read(MAX_REQUEST_BYTES), request.headers.get("Content-Encoding", ""))
    try:
        members = parse_object(body)
        about, was_me = read_uuid(members, "device"), members.get("was_me")
    except NotIJson as fault:
        raise invalid(fault.where, fault.reason) from None
    except SignatureError:
        raise invalid("/device", "member_invalid") from None
    require_protocol(members.get("protocol"))
    if not isinstance(was_me, bool):
        raise invalid("/was_me", "member_invalid")
    nonce = str(members.get("nonce"))
    asker = authenticate_device(
        certificate=str(members.get("certificate")),
        nonce=nonce,
        body=body,
        signature=request.headers.get(SIGNATURE_HEADER),
    )
    try:
        answer_doubt(officer=asker.officer, device_id=about, was_me=was_me, by_device=asker)
    except DomainError as refused:
        refused.details.update(stated(asker, nonce))  # every 409 carries one (R39)
        raise
    return JsonResponse(stated(asker, nonce))
