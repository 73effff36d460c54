"""HTTP of bytes kept apart from evidence, spoken as an upload is: HEAD tells the offset, PATCH goes on from it."""

from typing import Annotated

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Router
from pydantic import Field

from server.common.errors import DomainError
from server.evidence.bearer import device_of_bearer
from server.evidence.serving import storage_unavailable
from server.evidence.store import StoreUnavailable
from server.people.device_budgets import spend
from server.people.models import Device
from server.sync.held_files import CHUNK_BYTES, Sender, append_chunk, progress_of
from server.sync.models import HeldFile
from server.sync.sealed import room_of

router = Router(tags=["sync"])
TUS = {"Tus-Resumable": "1.0.0", "Cache-Control": "no-store"}
Sha256 = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


@router.api_operation(["HEAD"], "/sync/sealed/{sha256}", summary="How far a revoked device's file has come")
def sealed_offset(request: HttpRequest, sha256: Sha256) -> HttpResponse:
    return offset_answer(_revoked_sender(request), sha256)


@router.patch("/sync/sealed/{sha256}", summary="Bytes of a revoked device's file, kept sealed")
def sealed_chunk(request: HttpRequest, sha256: Sha256) -> HttpResponse:
    sender = _revoked_sender(request)
    assert sender.device is not None
    return take_chunk(request, sender, sha256, room=room_of(sender.device))


def _revoked_sender(request: HttpRequest) -> Sender:
    device = device_of_bearer(bearer_of(request), even_revoked=True)
    if device.revoked_at is None:
        raise DomainError("not_promised", 403, _("This device works: its files go the ordinary way, as uploads."))
    return Sender(device.court_id, HeldFile.Purpose.SEALED, device=device)


def bearer_of(request: HttpRequest) -> str:
    scheme, _space, text = request.headers.get("Authorization", "").partition(" ")
    return text.strip() if scheme.lower() == "bearer" else ""


def carrier_of(request: HttpRequest) -> Device:
    return device_of_bearer(bearer_of(request))


def offset_answer(sender: Sender, sha256: str) -> HttpResponse:
    try:
        held = progress_of(sender=sender, sha256=sha256)
    except StoreUnavailable:
        raise storage_unavailable() from None
    return HttpResponse(status=200, headers={**TUS, "Upload-Offset": str(held.offset if held else 0)})


def take_chunk(request: HttpRequest, sender: Sender, sha256: str, *, room: int | None) -> HttpResponse:
    offset, length = whole_number(request, "Upload-Offset"), whole_number(request, "Upload-Length")
    content = request.read(CHUNK_BYTES + 1)
    if len(content) > CHUNK_BYTES:
        message = _("A chunk has at most 1 MiB: send less at a time.")
        raise DomainError("chunk_too_large", 413, message, {"max_bytes": CHUNK_BYTES})
    if sender.device is not None:
        spend(sender.device.pk, pieces=1, upload_bytes=len(content))
    try:
        held = append_chunk(sender=sender, sha256=sha256, length=length, offset=offset, content=content, room=room)
    except StoreUnavailable:
        raise storage_unavailable() from None
    return HttpResponse(status=204, headers={**TUS, "Upload-Offset": str(held.offset)})


def whole_number(request: HttpRequest, header: str) -> int:
    text = request.headers.get(header, "")
    if not (text.isascii() and text.isdigit() and len(text) <= 15):
        message = _("The header %(header)s has to be a whole number.") % {"header": header}
        raise DomainError("upload_header_invalid", 400, message, {"header": header})
    return int(text)
