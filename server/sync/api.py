"""HTTP of push. No rules here."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from ninja import Router

from server.common.errors import DomainError
from server.common.load import load
from server.people.device_auth import SIGNATURE_HEADER, DeviceRevoked
from server.people.device_budgets import spend, turn_of
from server.sync.decoding import SIGNED_BODY, decoded, too_large
from server.sync.envelope import parse_envelope
from server.sync.faults import is_transient, logger
from server.sync.push import push
from server.sync.recovery import authenticate_owing_device
from server.sync.revoked import sealed_refusal

router = Router(tags=["sync"])


@router.post("/sync/push", openapi_extra=SIGNED_BODY, summary="A device's operations, in the order of its log")
def push_operations(request: HttpRequest) -> HttpResponse:
    """Described byte for byte in docs/reference/protocol.md, section 9. The device signs it; it needs no session."""
    content = _content(request)
    body = decoded(content, request.headers.get("Content-Encoding", ""))
    envelope = parse_envelope(body)
    signature = request.headers.get(SIGNATURE_HEADER)
    try:
        device = authenticate_owing_device(
            certificate=envelope.certificate, nonce=envelope.nonce, body=body, signature=signature
        )
        spend(device.pk, pushes=1, operations=len(envelope.operations), push_bytes=len(body))
        with turn_of(device.pk):
            return JsonResponse(push(device=device, envelope=envelope), json_dumps_params={"ensure_ascii": False})
    except DeviceRevoked as revoked:
        spend(revoked.device.pk, pushes=1, operations=len(envelope.operations), push_bytes=len(body))
        raise sealed_refusal(revoked.device, envelope) from None
    except Exception as fault:
        if isinstance(fault, DomainError) or not is_transient(fault):
            raise
        logger.exception("push: nothing was acknowledged")
        raise unavailable() from fault


def unavailable() -> DomainError:
    """A fault of the machine: the same request will do later."""
    message = _("The server cannot answer now. Nothing was changed; try again.")
    return DomainError("unavailable", 503, message, retry_after_seconds=load.retry_after_seconds())


def _content(request: HttpRequest) -> bytes:
    """Read once, and never more than a push may be: a length nobody stated is no way around the limit."""
    limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    content = request.read(limit + 1)
    if len(content) > limit:
        raise too_large()
    return content
