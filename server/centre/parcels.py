"""Work that another hand brought, as the page of devices lists it; and handing in a parcel with one form."""

from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO, cast

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from server.centre.states import Look
from server.common.errors import DomainError
from server.people.access import require_role, roles_of
from server.people.device_rights import KEEPS_DEVICES
from server.people.models import Officer
from server.sync.held_files import Sender, bring_file
from server.sync.models import DeviceLog, HeldFile, Parcel
from server.sync.parcels import submit_parcel

LISTED_AT_MOST = 200
LARGEST_FORM = 8 * 1024 * 1024
"""A form comes in one piece; what is larger comes by `zhixing-field submit-parcel`, in chunks."""


@dataclass(frozen=True, slots=True)
class ParcelLine:
    author: str
    device: str
    first_seq: int
    last_seq: int
    look: Look
    why: str
    carrier: str
    received_at: datetime
    files_waiting: int


def parcel_lines(reader: Officer) -> list[ParcelLine]:
    """Newest first, of his court; none for those who look after no devices. Three SELECTs."""
    if not roles_of(reader) & KEEPS_DEVICES:
        return []
    rows = Parcel.objects.filter(court_id=reader.court_id).select_related("device__officer").order_by("-received_at")
    parcels = list(rows[:LISTED_AT_MOST])
    held = HeldFile.objects.filter(label__in=[parcel.label for parcel in parcels])
    carriers = {each.label: _carrier(each) for each in held.select_related("officer", "device__officer")}
    logs = DeviceLog.objects.filter(device_id__in={parcel.device_id for parcel in parcels}).in_bulk(
        field_name="device_id"
    )
    return [_line(parcel, carriers.get(parcel.label, ""), logs.get(parcel.device_id)) for parcel in parcels]


def hand_in(by: Officer, file: "UploadedFile[bytes] | None") -> Parcel:
    """Raises DomainError 403 `role_required`, 413 `body_too_large`, and what handing in a parcel raises."""
    require_role(by, *KEEPS_DEVICES)
    if not file or not file.size:
        raise DomainError("parcel_not_found", 404, _("Choose the parcel\u2019s file first."))
    if file.size > LARGEST_FORM:
        message = _("This form takes 8 MiB at most. Hand in a larger parcel with: zhixing-field submit-parcel")
        raise DomainError("body_too_large", 413, message)
    sender = Sender(by.court_id, HeldFile.Purpose.PARCEL, officer=by)
    return submit_parcel(sender=sender, sha256=bring_file(sender=sender, file=cast(BinaryIO, file.file)))


def _line(parcel: Parcel, carrier: str, log: DeviceLog | None) -> ParcelLine:
    return ParcelLine(
        author=parcel.device.officer.name,
        device=str(parcel.device),
        first_seq=parcel.first_seq,
        last_seq=parcel.last_seq,
        look=_look(parcel.state),
        why=_why(parcel, log.acked_seq if log else 0) if parcel.state == Parcel.State.WAITING else "",
        carrier=carrier,
        received_at=parcel.received_at,
        files_waiting=parcel.files_waiting,
    )


def _carrier(held: HeldFile) -> str:
    officer = held.device.officer if held.device else held.officer
    return officer.name if officer else ""


def _look(state: str) -> Look:
    return {
        Parcel.State.WAITING: Look("parked", "violet", _("Waiting for what comes before it")),
        Parcel.State.TAKEN: Look("done", "green", _("Taken")),
        Parcel.State.SEALED: Look("quarantine", "red", _("Sealed: its device was revoked")),
    }[Parcel.State(state)]


def _why(parcel: Parcel, acked_seq: int) -> str:
    if parcel.code == "sequence_gap":
        return _("acts %(first)d to %(last)d are missing") % {"first": acked_seq + 1, "last": parcel.first_seq - 1}
    if parcel.code == "incarnation_ended":
        return _("its device goes on under another log")
    return parcel.code
