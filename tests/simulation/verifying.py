"""I22: whoever has the court's rows can verify every operation in them; no device is asked."""

from client_sdk import wire
from client_sdk.keys import is_valid
from server.people.models import Device
from server.sync.models import ForkedOperation, LostRange, Operation, SealedOperation
from tests.simulation.findings import require

Row = Operation | ForkedOperation | SealedOperation


def logs_verify_alone(proved: set[str]) -> None:
    """By certificate, chain and signature. `proved` are hashes whose signature was checked before."""
    for device in Device.objects.order_by("pk"):
        _require_chain(device)
        for rows in (Operation.objects, ForkedOperation.objects, SealedOperation.objects):
            for row in rows.filter(device=device).defer("body"):
                _require_signature(device, row, proved)


def _require_chain(device: Device) -> None:
    """From the certificate on, or from a hole's end, which the next signed head covers."""
    ends = dict(LostRange.objects.filter(device=device).values_list("last_seq", "last_hash"))
    before, head = 0, wire.genesis(device.certificate)
    rows = Operation.objects.filter(device=device).order_by("seq").values_list("incarnation", "seq", "body", "hash")
    for incarnation, seq, body, stored in rows:
        if seq != before + 1:
            require(seq - 1 in ends, "I22", f"the log of {device.pk} breaks off before {seq}")
            head = bytes.fromhex(ends[seq - 1])
        before, head = seq, wire.link(head, device.pk, incarnation, seq, bytes(body))
        require(head.hex() == stored, "I22", f"{device.pk}/{seq} has another hash than its bytes and chain")


def _require_signature(device: Device, row: Row, proved: set[str]) -> None:
    if row.hash in proved:
        return
    signed = wire.head_bytes(device.court_id, device.pk, row.incarnation, row.seq, bytes.fromhex(row.hash))
    is_signed = is_valid(device.alg, bytes(device.public_key), signed, bytes(row.signature))
    require(is_signed, "I22", f"{device.pk}/{row.seq} is not signed by its device")
    proved.add(row.hash)
