"""A device that has signed two heads for one number: a phone restored from an image, a cloned app.

Both histories are kept. From the first difference on nothing takes effect by itself: the kept branch is parked as it
comes, the other lies in the fork table until its device goes on under a certificate of its own (`continuing.py`).
"""

from dataclasses import dataclass
from datetime import datetime

from server.common.bulk import update_rows
from server.common.clock import to_wire
from server.common.signing import sign_text
from server.common.statements import Given, Statement
from server.ledger.services import Draft
from server.people.keys import SigningKey
from server.people.models import Device
from server.people.streams import court_stream
from server.sync.continuity import LogForked
from server.sync.envelope import Envelope, Framed
from server.sync.models import DeviceLog, Fork, ForkedOperation

_FORK = Statement(lambda: Fork.objects.filter(device_id=Given("device_id"), incarnation=Given("incarnation")))


def fork_of(log: DeviceLog) -> Fork | None:
    return _FORK.first(device_id=log.device_id, incarnation=log.incarnation)


def keep_branch(log: DeviceLog, found: LogForked, at: datetime) -> tuple[Fork, list[Draft]]:
    """Keep the other history, whatever it holds; the alarm's entry where this is new."""
    rows = [
        ForkedOperation(
            device_id=log.device_id,
            incarnation=log.incarnation,
            seq=each.seq,
            hash=each.hash.hex(),
            body=each.body,
            signature=each.signature,
            received_at=at,
        )
        for each in found.branch
    ]
    ForkedOperation.objects.bulk_create(rows, ignore_conflicts=True)
    known = fork_of(log)
    if known is not None and known.seq <= found.seq:
        return known, []
    first = {"seq": found.seq, "kept_hash": found.kept.hex(), "other_hash": found.other.hex()}
    fork, is_new = Fork.objects.update_or_create(device=log.device, incarnation=log.incarnation, defaults=first)
    if is_new:
        log.is_forked = True
        update_rows(DeviceLog, "device_id", ("is_forked",), [(log.pk, True)])
    return fork, [_alarm(log.device, fork)] if is_new else []


def _alarm(device: Device, fork: Fork) -> Draft:
    view = {
        "device": str(device.pk),
        "officer": str(device.officer_id),
        "incarnation": fork.incarnation,
        "seq": fork.seq,
        "kept_hash": fork.kept_hash,
        "other_hash": fork.other_hash,
    }
    return Draft((court_stream(device.court_id),), "log_forked", view, {})


def is_on_a_branch(log: DeviceLog, envelope: Envelope) -> bool:
    """Does the batch go on from a head of the fork table?"""
    before = ForkedOperation.objects.filter(
        device_id=log.device_id,
        incarnation=log.incarnation,
        seq=envelope.first_seq - 1,
        hash=envelope.prev_hash.hex(),
    )
    return bool(envelope.operations) and before.exists()


@dataclass(frozen=True, slots=True)
class Asked:
    """What a fork statement answers, and by which key."""

    nonce: str
    server_epoch: str
    key: SigningKey
    at: datetime


def fork_statement(fork: Fork, device: Device, asked: Asked, held: Framed | None) -> str:
    """Signed: this court holds two heads for one number, and of the asker's branch all up to `held`."""
    members = {
        "court": str(device.court_id),
        "kid": asked.key.kid,
        "device": str(device.pk),
        "incarnation": fork.incarnation,
        "seq": fork.seq,
        "kept_hash": fork.kept_hash,
        "other_hash": fork.other_hash,
        "server_epoch": asked.server_epoch,
        "received_at": to_wire(asked.at),
        "nonce": asked.nonce,
        **({"held_seq": held.seq, "held_hash": held.hash.hex()} if held else {}),
    }
    return sign_text("fork", members, asked.key.private_key)


def disputed_bodies(device: Device) -> set[bytes]:
    """Bodies of the fork tables of those this device goes on from: they are still disputed under its own log."""
    if device.continues_id is None:
        return set()
    rows = ForkedOperation.objects.filter(device_id=device.continues_id).values_list("body", flat=True)
    return {bytes(body) for body in rows}
