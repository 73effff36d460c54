"""From when on a device may let go of what it sent: committed, or in a verified copy that outlives this server.

`raise_safe` is the one writer of what is safe; within one life of the server it never falls.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F

from server.common.bulk import update_rows
from server.ledger.models import Head
from server.ledger.queries import HeadState, current_server_epoch
from server.people.models import Device
from server.sync.chain import genesis
from server.sync.models import DeviceLog

COMMIT, BACKUP, STANDBY = "commit", "backup", "standby"


@dataclass(frozen=True, slots=True)
class Safe:
    """As a statement says it."""

    seq: int
    hash: str
    position: int


@dataclass(frozen=True, slots=True)
class CopiedLog:
    """What a copy holds of one device's log."""

    device: UUID
    incarnation: int
    seq: int
    hash: str


@dataclass(frozen=True, slots=True)
class CopiedHead:
    stream: str
    ledger_epoch: str
    position: int


@dataclass(frozen=True, slots=True)
class Copy:
    """A verified copy of one moment of one life of this server: logs, ledgers, and every file their entries verify."""

    server_epoch: str
    logs: Sequence[CopiedLog]
    heads: Sequence[CopiedHead]


class OtherLife(Exception):
    """The copy is of another life of the server than the present one: it makes nothing safe."""


def safe_of(device: Device, log: DeviceLog, head: HeadState) -> Safe:
    if settings.SAFE_POLICY == COMMIT:
        return Safe(log.acked_seq, log.acked_hash, head.position)
    hash_ = log.safe_hash or genesis(device.certificate).hex()
    return Safe(log.safe_seq, hash_, min(head.safe_position, head.position))


@transaction.atomic
def raise_safe(copy: Copy) -> int:
    """Call safe what a copy holds; for how many devices that is more than before. Raises OtherLife."""
    if copy.server_epoch != current_server_epoch():
        raise OtherLife(copy.server_epoch)
    raised = _raised_logs({each.device: each for each in copy.logs})
    update_rows(DeviceLog, "device_id", ("safe_seq", "safe_hash"), raised)
    update_rows(Head, "stream", ("safe_position",), _raised_heads({each.stream: each for each in copy.heads}))
    return len(raised)


def _raised_logs(copied: dict[UUID, CopiedLog]) -> list[tuple[UUID, int, str]]:
    behind = DeviceLog.objects.select_for_update(no_key=True).filter(acked_seq__gt=F("safe_seq")).order_by("device_id")
    found = ((log, copied.get(log.device_id)) for log in behind)
    return [
        (log.device_id, there.seq, there.hash)
        for log, there in found
        if there and there.incarnation == log.incarnation and log.safe_seq < there.seq <= log.acked_seq
    ]


def _raised_heads(copied: dict[str, CopiedHead]) -> list[tuple[str, int]]:
    found = ((head, copied.get(head.stream)) for head in _held_heads(copied))
    return [
        (head.stream, there.position)
        for head, there in found
        if there and there.ledger_epoch == head.ledger_epoch and head.safe_position < there.position <= head.position
    ]


def _held_heads(streams: Collection[str]) -> list[Head]:
    return list(Head.objects.select_for_update().filter(stream__in=list(streams)).order_by("stream"))


def copy_of_now() -> Copy:
    """Everything as this transaction sees it. A restored database is such a copy, of the backup it came from."""
    logs = DeviceLog.objects.values_list("device_id", "incarnation", "acked_seq", "acked_hash")
    heads = Head.objects.values_list("stream", "ledger_epoch", "position")
    return Copy(
        current_server_epoch(),
        [CopiedLog(*row) for row in logs.filter(acked_seq__gt=F("safe_seq"))],
        [CopiedHead(*row) for row in heads.filter(position__gt=F("safe_position"))],
    )


def covering(copy: Copy, first_missing: Mapping[str, int]) -> Copy:
    """The same copy as far as its files go: of each stream only what stands before the first that is not in it."""
    heads = [
        replace(head, position=min(head.position, first_missing.get(head.stream, head.position + 1) - 1))
        for head in copy.heads
    ]
    return replace(copy, heads=heads)
