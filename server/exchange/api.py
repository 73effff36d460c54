"""Doors for other courts' servers. No rules here, and no session: each request is signed."""

from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext as _
from ninja import Router

from server.common.errors import DomainError
from server.common.ijson import NotIJson, parse_object
from server.common.signing import SignatureError
from server.exchange.services import require_peer, take_in
from server.people.keys import signing_key_of

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
