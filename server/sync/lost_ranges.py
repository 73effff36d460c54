"""A restore to before our own word: a device let go of operations we had called safe, and nobody has them any more.

The device proves it by the statement it trusted. The hole is written down with an alarm, and its log goes on.
"""

from collections.abc import Iterable
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from server.common.bulk import update_rows
from server.common.errors import DomainError
from server.common.members import read_count, read_hash, read_name, read_uuid
from server.common.signing import SignatureError, open_text, parse_signed, split_text
from server.ledger.services import Draft
from server.people.models import Court, CourtKey, Device
from server.people.streams import court_stream
from server.sync.chain import MAX_SEQ
from server.sync.envelope import Envelope
from server.sync.models import DeviceLog, LostRange


def accept_lost_range(log: DeviceLog, envelope: Envelope, server_epoch: str) -> list[Draft]:
    """Let the log go on behind a hole that our own statement of an earlier life explains; the alarm's entry.

    The caller holds the log. Raises DomainError 422 `lost_unproven`; then nothing has changed.
    """
    if not envelope.lost or envelope.first_seq <= log.acked_seq + 1:
        return []
    require_proof(log.device, log.incarnation, envelope, server_epoch)
    last, last_hash = envelope.first_seq - 1, envelope.prev_hash.hex()
    lost = LostRange.objects.create(
        device=log.device,
        incarnation=log.incarnation,
        first_seq=log.acked_seq + 1,
        last_seq=last,
        prev_hash=log.acked_hash,
        last_hash=last_hash,
        proof=envelope.lost,
    )
    log.acked_seq, log.acked_hash = last, last_hash
    update_rows(DeviceLog, "device_id", ("acked_seq", "acked_hash"), [(log.pk, last, last_hash)])
    return [_alarm(log.device, lost)]


def _alarm(device: Device, lost: LostRange) -> Draft:
    view = {
        "device": str(device.pk),
        "officer": str(device.officer_id),
        "incarnation": lost.incarnation,
        "first_seq": lost.first_seq,
        "last_seq": lost.last_seq,
    }
    return Draft((court_stream(device.court_id),), "lost_range", view, {"last_hash": lost.last_hash})


def require_proof(device: Device, incarnation: int, envelope: Envelope, server_epoch: str) -> None:
    """That `envelope.lost` explains a hole before its first operation. Raises DomainError 422 `lost_unproven`."""
    try:
        members = _our_statement(device.court, envelope.lost)
        is_his = (read_uuid(members, "device"), members.get("incarnation")) == (device.pk, incarnation)
        safe = read_count(members, "safe_seq", 0, MAX_SEQ)
        is_explained = safe > envelope.first_seq - 1 or (
            safe == envelope.first_seq - 1 and read_hash(members, "safe_hash") == envelope.prev_hash.hex()
        )
        # In this life nothing called safe is ever missing: such a statement would be a contradiction of our own.
        if not is_his or not is_explained or read_name(members, "server_epoch") == server_epoch:
            raise SignatureError("explains no hole here")
    except SignatureError as fault:
        message = _(
            "Nothing signed by this court explains the gap in the device's log. Everything stays on the device."
        )
        raise DomainError("lost_unproven", 422, message, {"reason": str(fault)}) from None


def _our_statement(court: Court, text: str) -> dict[str, Any]:
    kid = parse_signed("statement", split_text(text)[0]).get("kid")
    key = CourtKey.objects.filter(court=court, purpose=CourtKey.Purpose.SIGNING, kid=kid).first()
    if key is None:
        raise SignatureError("signed by no key of this court")
    return open_text("statement", text, bytes(key.public_key))


def holes_around(log: DeviceLog, envelope: Envelope) -> list[LostRange]:
    """Lost ranges that a repeated batch touches or begins right behind. One SELECT."""
    touching = Q(first_seq__lte=envelope.last_seq, last_seq__gte=envelope.first_seq - 1)
    return list(LostRange.objects.filter(touching, device_id=log.device_id, incarnation=log.incarnation))


def hashes_of(holes: Iterable[LostRange]) -> dict[int, bytes]:
    """h_n at both ends of each hole."""
    ends = [(hole.first_seq - 1, hole.prev_hash) for hole in holes] + [
        (hole.last_seq, hole.last_hash) for hole in holes
    ]
    return {seq: bytes.fromhex(hash_) for seq, hash_ in ends}
