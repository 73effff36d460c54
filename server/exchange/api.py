"""Doors for other courts' servers, where each request is signed, and for people with their session. No rules here."""

from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.utils.translation import gettext as _
from ninja import Router

from server.common.errors import DomainError
from server.common.ijson import NotIJson, parse_object
from server.common.signing import SignatureError
from server.custody.services import require_reason
from server.evidence.api import Purpose, Reason
from server.evidence.media_types import OCTET_STREAM
from server.evidence.models import StoredFile
from server.evidence.serving import closed_on_fault, file_headers, file_response, opened, wanted_range
from server.evidence.store import Area
from server.exchange.access import require_arrived
from server.exchange.schemas import AcrossView
from server.exchange.services import record_look, require_peer, require_sent, take_in
from server.exchange.showing import across_of
from server.matters.access import readable_matter
from server.people.auth import SignedIn
from server.people.keys import signing_key_of
from server.people.models import Officer

router = Router(tags=["exchange"])
MOST_MESSAGES, MOST_KEYS = 200, 100


@router.post("/exchange/messages", summary="Messages of another court's server about matters between the two")
def take_messages(request: HttpRequest) -> JsonResponse:
    """Described in docs/reference/exchange.md. The peer signs the request (RFC 9421); each message gets a receipt."""
    body = _content(request)
    caller = require_peer("POST", request.path, request.headers, body)
    texts, keys = _batch(body)
    try:
        receipts = take_in(peer=caller.peer, court=caller.court, texts=texts, keys=keys)
    except SignatureError as fault:
        raise _invalid(str(fault)) from None
    return JsonResponse({"receipts": receipts, "keys": signing_key_of(caller.court).chain})


@router.get("/exchange/files/{sha256}", summary="A file that a message to this peer named, whole or one range of it")
def give_file(request: HttpRequest, sha256: str) -> HttpResponseBase:
    """Signed like a batch, with an empty body; byte for byte, and verified by whoever asked."""
    caller = require_peer("GET", request.path, request.headers, b"")
    sent = require_sent(caller.peer, caller.court, sha256)
    file = StoredFile(sha256=sent.sha256, size=sent.size, detected_type=OCTET_STREAM)  # never saved
    span = wanted_range(request, file)
    blocks = opened(Area(sent.area), sha256, span or (0, sent.size))
    return file_response(request, file, blocks, span, file_headers(file, as_download=True))


@router.get("/exchange/matters/{uuid:matter_id}", response=AcrossView, auth=SignedIn())
def read_across(request: HttpRequest, matter_id: UUID) -> AcrossView:
    """What is on its way between the two servers about a matter: messages that wait, files that have arrived."""
    assert isinstance(request.user, Officer)
    return across_of(readable_matter(request.user, matter_id), request.user)


@router.get("/exchange/matters/{uuid:matter_id}/files/{sha256}", auth=SignedIn())
def read_file(
    request: HttpRequest, matter_id: UUID, sha256: str, purpose: Purpose = "view", reason: Reason = ""
) -> HttpResponseBase:
    """A photograph, film or sound of an act that a court on another server did for a matter, once it has arrived.

    Entered with the court's inspection before the first byte; to take it away wants a `reason`."""
    assert isinstance(request.user, Officer)
    matter = readable_matter(request.user, matter_id)
    file = require_arrived(request.user, matter, sha256)
    headers, span = file_headers(file, as_download=purpose == "download"), wanted_range(request, file)
    reason = require_reason(purpose, reason)
    blocks = opened(Area.ORIGINALS, sha256, span or (0, file.size))
    with closed_on_fault(blocks):
        record_look(officer=request.user, matter=matter, sha256=sha256, purpose=purpose, reason=reason)
    return file_response(request, file, blocks, span, headers)


def _content(request: HttpRequest) -> bytes:
    limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    content = request.read(limit + 1)
    if len(content) > limit:
        raise _invalid("too large")
    return content


def _batch(body: bytes) -> tuple[list[str], list[str]]:
    try:
        told = parse_object(body)
    except NotIJson as fault:
        raise _invalid(str(fault)) from None
    return _texts(told.get("messages"), MOST_MESSAGES), _texts(told.get("keys", []), MOST_KEYS)


def _texts(told: object, most: int) -> list[str]:
    if not isinstance(told, list) or len(told) > most or not all(isinstance(each, str) for each in told):
        raise _invalid(f"messages and keys are lists of up to {most} texts")
    return told


def _invalid(fault: str) -> DomainError:
    message = _("This is no batch of messages.")
    return DomainError("exchange_batch_invalid", 422, message, {"fault": fault})
