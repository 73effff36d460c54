"""HTTP in and out of a pull; no rules."""

from typing import Any

from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext as _
from ninja import Router

from server.common.errors import DomainError
from server.common.ijson import NotIJson, parse_object
from server.people.device_auth import SIGNATURE_HEADER, DeviceRevoked
from server.people.device_budgets import spend, turn_of
from server.people.services import require_confirmed
from server.sync.decoding import SIGNED_BODY, decoded
from server.sync.envelope import MAX_NONCE_CHARACTERS, invalid, require_protocol
from server.sync.pull import DEFAULT_PAGE_BYTES, LARGEST_PAGE_BYTES, SMALLEST_PAGE_BYTES, PullRequest, pull
from server.sync.recovery import authenticate_owing_device
from server.sync.revoked import refusal
from server.sync.units import SCHEMA_MAX, SCHEMA_MIN

router = Router(tags=["sync"])
MAX_REQUEST_BYTES = 128 * 1024


@router.post("/sync/pull", url_name="sync_pull", openapi_extra=SIGNED_BODY)
def pull_page(request: HttpRequest) -> JsonResponse:
    """One page of what this device may hold; signed like every request of a device."""
    if len(request.body) > MAX_REQUEST_BYTES:
        raise DomainError("body_too_large", 413, _("This request is too large."), {"max_bytes": MAX_REQUEST_BYTES})
    body = decoded(request.body, request.headers.get("Content-Encoding", ""))
    try:
        members = parse_object(body)
    except NotIJson as fault:
        raise invalid(fault.where, fault.reason) from None
    require_protocol(members.get("protocol"))
    asked = _asked(members)
    try:
        device = authenticate_owing_device(
            certificate=_text(members, "certificate", MAX_REQUEST_BYTES),
            nonce=asked.nonce,
            body=body,
            signature=request.headers.get(SIGNATURE_HEADER),
        )
    except DeviceRevoked as revoked:
        raise refusal(revoked.device, asked.nonce) from None
    spend(device.pk, pulls=1)
    require_confirmed(device)
    _require_schema(asked.schema)
    with turn_of(device.pk):
        return JsonResponse(pull(device, asked), json_dumps_params={"ensure_ascii": False})


def _asked(members: dict[str, Any]) -> PullRequest:
    max_bytes = _whole(members, "max_bytes", DEFAULT_PAGE_BYTES)
    return PullRequest(
        nonce=_text(members, "nonce", MAX_NONCE_CHARACTERS),
        schema=_whole(members, "schema", None),
        server_epoch=_text_or_none(members, "server_epoch"),
        cursor=_text_or_none(members, "cursor"),
        max_bytes=min(max(max_bytes, SMALLEST_PAGE_BYTES), LARGEST_PAGE_BYTES),
    )


def _require_schema(schema: int) -> None:
    if not SCHEMA_MIN <= schema <= SCHEMA_MAX:
        message = _("This server shows units in another form. Pushing still works; update the app to pull.")
        raise DomainError("schema_unsupported", 426, message, {"min": SCHEMA_MIN, "max": SCHEMA_MAX})


def _text(members: dict[str, Any], name: str, longest: int) -> str:
    value = members.get(name)
    if not isinstance(value, str) or not 1 <= len(value) <= longest:
        raise invalid(f"/{name}", "member_invalid")
    return value


def _text_or_none(members: dict[str, Any], name: str) -> str | None:
    return None if members.get(name) is None else _text(members, name, 64)


def _whole(members: dict[str, Any], name: str, default: int | None) -> int:
    value = members.get(name, default)
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise invalid(f"/{name}", "member_invalid")
    return value
