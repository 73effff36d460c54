"""HTTP in and out of enrolment; no rules."""

from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext as _
from ninja import Router

from server.common.errors import DomainError
from server.people.access import require_enrolment_allowed
from server.people.device_auth import SIGNATURE_HEADER, require_request_signature
from server.people.services import note_failed_enrolment
from server.sync.decoding import SIGNED_BODY, decoded
from server.sync.enrolment import begin_anew, enrol, parse_enrolment, parse_members
from server.sync.recovery import authenticate_owing_device

router = Router(tags=["sync"])
MAX_REQUEST_BYTES = 128 * 1024


@router.post("/devices/enrol", url_name="devices_enrol", openapi_extra=SIGNED_BODY)
def enrol_device(request: HttpRequest) -> JsonResponse:
    """A one-time code for a device's certificate, signed by the device's new key; asked again, the same answer."""
    body = _body(request)
    asked = parse_enrolment(body)
    address = request.META.get("REMOTE_ADDR", "")
    require_enrolment_allowed(address=address)
    require_request_signature(
        asked.device,
        asked.device_key,
        asked.alg,
        nonce=asked.nonce,
        body=body,
        signature=request.headers.get(SIGNATURE_HEADER),
    )
    try:
        return JsonResponse(enrol(asked))
    except DomainError as error:
        if error.code == "enrolment_code_invalid":
            note_failed_enrolment(address=address)
        raise


@router.post("/devices/incarnation", url_name="devices_incarnation", openapi_extra=SIGNED_BODY)
def begin_new_log(request: HttpRequest) -> JsonResponse:
    """A new log for a device whose own is damaged, signed with its key; no code, and nobody stuck."""
    body = _body(request)
    members = parse_members(body)
    device = authenticate_owing_device(
        certificate=str(members.get("certificate")),
        nonce=str(members.get("nonce")),
        body=body,
        signature=request.headers.get(SIGNATURE_HEADER),
    )
    return JsonResponse(begin_anew(device, body))


def _body(request: HttpRequest) -> bytes:
    if len(request.body) <= MAX_REQUEST_BYTES:
        body = decoded(request.body, request.headers.get("Content-Encoding", ""))
        if len(body) <= MAX_REQUEST_BYTES:
            return body
    message = _("The request's body is larger than this address takes.")
    raise DomainError("body_too_large", 413, message, {"max_bytes": MAX_REQUEST_BYTES})
