"""The sealed quarantine: what a revoked device still sends, framed as it came, with no effect until it is released.

It may be the officer who found his phone again, or whoever stole it: two persons judge that, not this module.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Max, Sum
from django.db.models.functions import Length

from server.common.clock import now
from server.common.errors import DomainError
from server.ledger.queries import current_server_epoch
from server.ledger.services import append
from server.people.models import Device
from server.people.services.entries import court_entry
from server.sync.calls import sealed_calls
from server.sync.envelope import Envelope, Framed
from server.sync.logs import open_log
from server.sync.lost_ranges import require_proof
from server.sync.models import HeldFile, Operation, SealedOperation

ROW_BYTES = 256
"""What a sealed operation costs besides its body."""


@dataclass(frozen=True, slots=True)
class Sealing:
    """How far the quarantine reaches without a gap above what is acknowledged, and whether its budget is used up."""

    seq: int
    is_full: bool

    def members(self) -> dict[str, Any]:
        return {"seq": self.seq, "is_full": self.is_full}


@transaction.atomic
def seal_operations(*, device: Device, operations: Sequence[Framed], behind: Envelope | None = None) -> Sealing:
    """Keep what is new of a push, as far as the budget goes. Repeating it keeps nothing twice.

    `behind`: the push itself, where it may explain a hole before its first operation (R61).
    """
    device = Device.objects.select_for_update(of=("self",), no_key=True).select_related("court").get(pk=device.pk)
    room, fresh = room_of(device), list[SealedOperation]()
    known = _known(device, operations)
    for each in operations:
        if (each.seq, each.hash.hex()) in known:
            continue
        room -= len(each.body) + ROW_BYTES
        if room < 0:
            break
        fresh.append(_row(device, each))
    SealedOperation.objects.bulk_create(fresh)
    if behind is not None and behind.lost and operations:
        _note_hole(device, behind)
    if fresh:
        view = {"device": str(device.pk), "officer": str(device.officer_id), "incarnation": device.incarnation}
        span = {"first_seq": fresh[0].seq, "last_seq": fresh[-1].seq}
        calls = sealed_calls(device, [each for each in operations if each.hash.hex() in {row.hash for row in fresh}])
        append([court_entry(device.court_id, "revoked_push_sealed", {**view, **span}), *calls])
    return Sealing(_reach(device), room < 0)


def room_of(device: Device) -> int:
    """Bytes left of this device's budget."""
    rows = SealedOperation.objects.filter(device=device).aggregate(bytes=Sum(Length("body")))
    files = HeldFile.objects.filter(device=device, purpose=HeldFile.Purpose.SEALED).aggregate(bytes=Sum("length"))
    count = SealedOperation.objects.filter(device=device).count()
    used = (rows["bytes"] or 0) + ROW_BYTES * count + (files["bytes"] or 0)
    return int(settings.SEALED_BUDGET_BYTES) - used


def _known(device: Device, operations: Sequence[Framed]) -> set[tuple[int, str]]:
    """What is here already, sealed before or acknowledged before the device was revoked."""
    wanted = {"device": device, "incarnation": device.incarnation, "seq__in": [each.seq for each in operations]}
    rows = (SealedOperation.objects, Operation.objects)
    return {pair for each in rows for pair in each.filter(**wanted).values_list("seq", "hash")}


def _row(device: Device, each: Framed) -> SealedOperation:
    return SealedOperation(
        device=device,
        incarnation=device.incarnation,
        seq=each.seq,
        hash=each.hash.hex(),
        body=each.body,
        signature=each.signature,
        received_at=now(),
    )


def _note_hole(device: Device, behind: Envelope) -> None:
    """What proves nothing is kept all the same, as work behind a gap that nobody has explained."""
    try:
        require_proof(device, device.incarnation, behind, current_server_epoch())
    except DomainError:
        return
    first = behind.operations[0]
    rows = SealedOperation.objects.filter(device=device, incarnation=device.incarnation, seq=first.seq)
    rows.filter(hash=first.hash.hex()).update(lost=behind.lost, prev_hash=behind.prev_hash.hex())


def _reach(device: Device) -> int:
    reached = open_log(device).acked_seq
    held = SealedOperation.objects.filter(device=device, incarnation=device.incarnation, seq__gt=reached)
    for seq, lost in held.order_by("seq", "-lost").values_list("seq", "lost"):
        if seq > reached + 1 and not lost:
            break
        reached = seq
    return reached


@dataclass(frozen=True, slots=True)
class Sealed:
    operations: int
    bytes: int
    files: int
    files_arriving: int
    last_received_at: datetime | None


def sealed_of(device: Device) -> Sealed:
    """What is here of a revoked device and not let go."""
    rows = SealedOperation.objects.filter(device=device, released_at=None)
    found = rows.aggregate(count=Count("pk"), bytes=Sum(Length("body")), last=Max("received_at"))
    files = HeldFile.objects.filter(device=device, purpose=HeldFile.Purpose.SEALED, released_at=None)
    whole = files.exclude(label="")
    size = (found["bytes"] or 0) + (files.aggregate(bytes=Sum("offset"))["bytes"] or 0)
    return Sealed(found["count"], size, whole.count(), files.filter(label="").count(), found["last"])
