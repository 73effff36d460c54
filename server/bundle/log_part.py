"""Devices in a bundle: certificates, the operations of the case verbatim, and the chain of each log that holds them."""

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from server.bundle.faults import not_whole
from server.bundle.matter import Matter
from server.bundle.verifier.logs import DEVICES, OPERATIONS
from server.bundle.writing import BundleWriter
from server.common.clock import to_wire
from server.common.signing import encode_base64
from server.people.models import Device
from server.sync.chain import genesis
from server.sync.models import DeviceLog, LostRange, Operation


@dataclass(frozen=True, slots=True)
class Beginning:
    """Where a log can be followed from: its certificate, or behind the last hole a restore has left in it."""

    seq: int
    hash: str


def write_operations(writer: BundleWriter, matter: Matter) -> dict[str, str]:
    """Bodies byte for byte, then who signed them where; by hash, where each body lies."""
    rows, paths = [], {}
    operations = matter.operations().select_related("device")
    for number, operation in enumerate(operations.iterator(chunk_size=100), 1):
        path = f"operations/{number:05d}.json"
        writer.add(path, [bytes(operation.body)])
        rows.append(_row(operation, path))
        paths[operation.hash] = path
    writer.add_rows(OPERATIONS, rows)
    return paths


def _row(operation: Operation, path: str) -> dict[str, Any]:
    return {
        "device": str(operation.device_id),
        "incarnation": operation.incarnation,
        "seq": operation.seq,
        "prev_hash": _before(operation),
        "hash": operation.hash,
        "signature": encode_base64(bytes(operation.signature)),
        "body": path,
        "received_at": to_wire(operation.received_at),
        "earliest_at": to_wire(operation.earliest_at) if operation.earliest_at else None,
        "latest_at": to_wire(operation.latest_at) if operation.latest_at else None,
        "clock_verdict": operation.clock_verdict,
        "status": operation.status,
    }


def _before(operation: Operation) -> str:
    if operation.seq == 1:
        return genesis(operation.device.certificate).hex()
    log = {"device_id": operation.device_id, "incarnation": operation.incarnation}
    before = Operation.objects.filter(**log, seq=operation.seq - 1).values_list("hash", flat=True).first()
    lost = LostRange.objects.filter(**log, last_seq=operation.seq - 1).values_list("last_hash", flat=True).first()
    if not (before or lost):
        raise not_whole(f"{operation.device_id} {operation.seq - 1}")
    return str(before or lost)


def write_devices(writer: BundleWriter, devices: list[Device]) -> None:
    rows = []
    for device in devices:
        begun, last = _beginning(device), _last_seq(device)
        certificate, links = f"devices/{device.pk}.certificate", f"devices/{device.pk}.links"
        writer.add_text(certificate, device.certificate + "\n")
        writer.add(links, _links(device, begun.seq, last), size=32 * last)
        rows.append(
            {
                "device": str(device.pk),
                "name": device.name,
                "officer": device.officer.name,
                "certificate": certificate,
                "links": links,
                "from_seq": begun.seq,
                "from_hash": begun.hash,
                "last_seq": last,
            }
        )
    writer.add_rows(DEVICES, rows)


def _beginning(device: Device) -> Beginning:
    log = LostRange.objects.filter(device=device, incarnation=device.incarnation)
    hole = log.order_by("-last_seq").first()
    if hole and hole.last_seq <= _last_seq(device):
        return Beginning(hole.last_seq, hole.last_hash)
    return Beginning(0, genesis(device.certificate).hex())


def _last_seq(device: Device) -> int:
    return DeviceLog.objects.values_list("acked_seq", flat=True).get(pk=device.pk)


def _links(device: Device, after: int, last: int) -> Iterator[bytes]:
    """Of each operation the hash of its body. What the others say stays here: each body holds a random salt."""
    rows = Operation.objects.filter(device=device, incarnation=device.incarnation, seq__gt=after, seq__lte=last)
    seq = after
    for number, body in rows.order_by("seq").values_list("seq", "body").iterator(chunk_size=500):
        seq += 1
        if number != seq:
            raise not_whole(f"{device.pk} {seq}")
        yield sha256(bytes(body)).digest()
    if seq != last:
        raise not_whole(f"{device.pk} {last}")
