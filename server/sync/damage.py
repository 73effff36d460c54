"""The repair lane: bytes whose chain does not hold together are kept as they came, and the device begins a new log."""

from collections.abc import Sequence
from datetime import datetime

from server.common.hashing import sha256_hex
from server.sync.envelope import Framed
from server.sync.models import DamagedOperation, DeviceLog

MAX_KEPT = 2_000
"""Of one device: whoever sends more has a program that is broken, not a log."""


def keep_damaged(log: DeviceLog, operations: Sequence[Framed], reason: str, at: datetime) -> None:
    room = MAX_KEPT - DamagedOperation.objects.filter(device_id=log.device_id).count()
    rows = [
        DamagedOperation(
            device_id=log.device_id,
            incarnation=log.incarnation,
            seq=each.seq,
            hash=each.hash.hex(),
            body_sha256=sha256_hex(each.body),
            body=each.body,
            signature=each.signature,
            reason=reason,
            received_at=at,
        )
        for each in operations[: max(0, room)]
    ]
    DamagedOperation.objects.bulk_create(rows, ignore_conflicts=True)
