"""HTTP of parcels: their bytes as an upload, then the word that this is one. By a device's bearer, or at a desk."""

from django.http import HttpRequest, HttpResponse
from ninja import Router

from server.evidence.serving import storage_unavailable
from server.evidence.store import StoreUnavailable
from server.people.access import require_role
from server.people.auth import SignedIn
from server.people.device_rights import KEEPS_DEVICES
from server.people.models import Officer
from server.sync.device_schemas import ParcelView
from server.sync.held_api import Sha256, carrier_of, offset_answer, take_chunk, whole_number
from server.sync.held_files import Sender
from server.sync.models import HeldFile
from server.sync.parcel_budget import require_room_for
from server.sync.parcels import carrier_receipt, submit_parcel

router = Router(tags=["sync"])
_signed_in = SignedIn()


@router.api_operation(["HEAD"], "/sync/parcels/{sha256}", summary="How far a parcel has come")
def parcel_offset(request: HttpRequest, sha256: Sha256) -> HttpResponse:
    return offset_answer(_sender(request), sha256)


@router.patch("/sync/parcels/{sha256}", summary="Bytes of a parcel")
def parcel_chunk(request: HttpRequest, sha256: Sha256) -> HttpResponse:
    sender = _sender(request)
    require_room_for(sender=sender, sha256=sha256, length=whole_number(request, "Upload-Length"))
    return take_chunk(request, sender, sha256, room=None)


@router.post("/sync/parcels/{sha256}", response=ParcelView, summary="Hand in a parcel whose bytes are here")
def hand_in(request: HttpRequest, sha256: Sha256) -> ParcelView:
    """What became of it: `taken`, `waiting` (with `code`, for what comes before it), or `sealed`."""
    sender = _sender(request)
    try:
        parcel = submit_parcel(sender=sender, sha256=sha256)
    except StoreUnavailable:
        raise storage_unavailable() from None
    return ParcelView(
        state=parcel.state,
        code=parcel.code,
        device=parcel.device_id,
        first_seq=parcel.first_seq,
        last_seq=parcel.last_seq,
        files_waiting=parcel.files_waiting,
        receipt=carrier_receipt(parcel, sender),
    )


def _sender(request: HttpRequest) -> Sender:
    """An enrolled device, or one who looks after devices at a desk."""
    if "Authorization" in request.headers:
        device = carrier_of(request)
        return Sender(device.court_id, HeldFile.Purpose.PARCEL, device=device)
    officer = _signed_in.authenticate(request, None)
    assert isinstance(officer, Officer)
    require_role(officer, *KEEPS_DEVICES)
    return Sender(officer.court_id, HeldFile.Purpose.PARCEL, officer=officer)
