"""Let go what a revoked device had sent and was sealed: into the push and the upload, as if it came now."""

from dataclasses import dataclass

from django.db import transaction

from server.common.clock import now
from server.common.errors import DomainError
from server.ledger.services import append
from server.people.models import Device
from server.people.services.entries import court_entry
from server.sync import held_files
from server.sync.chain import link
from server.sync.delivering import deliver_file, push_for
from server.sync.envelope import Framed
from server.sync.logs import open_log
from server.sync.models import DeviceLog, HeldFile, SealedOperation


@dataclass(frozen=True, slots=True)
class Released:
    operations: int
    files: int
    left: int
    """Sealed still: what does not continue the log, and files nobody promised or that have not arrived whole."""


def release_sealed(*, device: Device) -> Released:
    """After two persons have said so. Cut anywhere and asked again, it goes on where it was."""
    log = open_log(device)
    rows = _continuing(device, log)
    framed = [Framed(row.seq, bytes(row.body), bytes.fromhex(row.hash), bytes(row.signature)) for row in rows]
    start = bytes.fromhex(rows[0].prev_hash or log.acked_hash) if rows else b""
    push_for(device, framed, prev_hash=start, is_released=True, lost=rows[0].lost if rows else "")
    SealedOperation.objects.filter(pk__in=[row.pk for row in rows]).update(released_at=now())
    files = sum(_release_file(device, held) for held in _whole_files(device))
    released = Released(len(rows), files, _left(device))
    _tell(device, released)
    return released


def _continuing(device: Device, log: DeviceLog) -> list[SealedOperation]:
    """The one chain that goes on from what is acknowledged; another branch stays sealed."""
    sealed = SealedOperation.objects.filter(
        device=device, incarnation=log.incarnation, seq__gt=log.acked_seq, released_at=None
    )
    head, chosen = bytes.fromhex(log.acked_hash), list[SealedOperation]()
    for row in sealed.order_by("seq", "pk"):
        is_behind_hole = not chosen and row.seq > log.acked_seq + 1 and bool(row.lost)
        before = bytes.fromhex(row.prev_hash) if is_behind_hole else head
        following = link(before, device.pk, log.incarnation, row.seq, bytes(row.body))
        is_next = row.seq == (chosen[-1].seq if chosen else log.acked_seq) + 1
        if (is_next or is_behind_hole) and following.hex() == row.hash:
            chosen.append(row)
            head = following
    return chosen


def _whole_files(device: Device) -> list[HeldFile]:
    sealed = HeldFile.objects.filter(device=device, purpose=HeldFile.Purpose.SEALED, released_at=None)
    return list(sealed.exclude(label="").order_by("pk"))


def _release_file(device: Device, held: HeldFile) -> bool:
    try:
        with held_files.opened(held.label) as blocks:
            deliver_file(device, held.sha256, held.length, blocks, is_released=True)
    except DomainError as refused:
        if refused.code != "not_promised":
            raise
        return False
    held.released_at = now()
    held.save(update_fields=["released_at"])
    return True


def _left(device: Device) -> int:
    files = HeldFile.objects.filter(device=device, purpose=HeldFile.Purpose.SEALED, released_at=None).count()
    return files + SealedOperation.objects.filter(device=device, released_at=None).count()


def _tell(device: Device, released: Released) -> None:
    figures = {"operations": released.operations, "files": released.files, "left": released.left}
    view = {"device": str(device.pk), "officer": str(device.officer_id), **figures}
    with transaction.atomic():
        append([court_entry(device.court_id, "sealed_released", view)])
