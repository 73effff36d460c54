"""HTTP of a call for help. No rules here, and no budget: a device that calls is never told to wait."""

from django.http import HttpRequest, JsonResponse
from ninja import Router

from server.people.device_auth import SIGNATURE_HEADER, DeviceRevoked
from server.sync.calls import parse_call, take_call
from server.sync.decoding import SIGNED_BODY, decoded
from server.sync.recovery import authenticate_owing_device

router = Router(tags=["sync"])
MAX_REQUEST_BYTES = 512 * 1024


@router.post("/sync/sos", openapi_extra=SIGNED_BODY, summary="A call for help, before anything else a device owes")
def call(request: HttpRequest) -> JsonResponse:
    """Described in docs/reference/protocol.md, R131. Signed like every request of a device; it needs no session."""
    body = decoded(request.read(MAX_REQUEST_BYTES), request.headers.get("Content-Encoding", ""))
    asked = parse_call(body)
    signature = request.headers.get(SIGNATURE_HEADER)
    try:
        device = authenticate_owing_device(
            certificate=asked.certificate, nonce=asked.nonce, body=body, signature=signature
        )
    except DeviceRevoked as revoked:
        device = revoked.device
    return JsonResponse(take_call(device, asked), json_dumps_params={"ensure_ascii": False})
