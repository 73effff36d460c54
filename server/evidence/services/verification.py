"""Verified: the bytes re-read from storage hash to the key, and this device delivered them."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Exists

from server.common.bulk import insert_unless_there
from server.common.clock import now
from server.common.statements import Given, Statement
from server.evidence import settlement
from server.evidence.models import Promise, StoredFile, Upload
from server.evidence.services.locks import lock_device
from server.evidence.services.receipts import sign_receipts, write_verified
from server.evidence.tasks import examine_file
from server.ledger.services import Appended, Draft, append
from server.people.models import Device
from server.people.queries import line_of
from server.people.streams import court_stream

_FILE = (
    *("sha256", "sm3", "size", "detected_type", "stored_at", "preview", "preview_reason", "thumbnail_sha256"),
    *("width", "height", "exif", "dhash_1", "dhash_2", "dhash_3", "dhash_4"),
)
_OPEN = Statement(
    lambda: (
        Promise.objects.filter(device_id=Given("device_id"), sha256=Given("sha256"))
        .exclude(state=Promise.State.VERIFIED)
        .annotate(is_stored=Exists(StoredFile.objects.filter(pk=Given("sha256"))))
        .order_by("incarnation", "seq")
    )
)


def verify_delivery(*, device: Device, upload: Upload, size: int, detected_type: str) -> None:
    """Count these bytes for every open promise this device made of them: one entry, once, and receipts.

    Locks in the one order: device, then whatever subjects the settlement touches, ledger heads last. Two deliveries in
    parallel meet at the device row, and the second finds nothing open.
    """
    until_held(_verify, device, upload, size, detected_type)


@transaction.atomic
def _verify(device: Device, upload: Upload, size: int, detected_type: str) -> None:
    line = line_of(device)
    for device_id in sorted(line):
        lock_device(device_id)
    # What an earlier log of the same hand promised is delivered by it as well.
    promises = [promise for device_id in line for promise in _OPEN.rows(device_id=device_id, sha256=upload.sha256)]
    if promises:
        if not promises[0].is_stored:
            record_file(upload.sha256, size, detected_type)
        earlier = Device.objects.in_bulk(line[1:]) if len(line) > 1 else {}
        _count({device.pk: device, **earlier}, promises, size)
    if upload.pk:
        upload.delete()


def verify_late_promises(*, device_id: UUID, hashes: set[str]) -> None:
    """Promises recorded while their bytes were being verified: delivered, but unseen by that transaction."""
    for sha256 in sorted(hashes):
        until_held(_verify_late, device_id, sha256)


@transaction.atomic
def _verify_late(device_id: UUID, sha256: str) -> None:
    lock_device(device_id)
    promises = _OPEN.rows(device_id=device_id, sha256=sha256)
    delivered = Promise.objects.filter(device_id=device_id, sha256=sha256, state=Promise.State.VERIFIED)
    if promises and delivered.exists():
        size = StoredFile.objects.values_list("size", flat=True).get(pk=sha256)
        _count(Device.objects.in_bulk([device_id]), promises, size)


def until_held(verify: Callable[..., None], *given: Any) -> None:
    """A transaction that settles promises.

    Each time it is overtaken, what overtook it is committed, and seen by the next attempt.
    """
    while True:
        try:
            return verify(*given)
        except settlement.Overtaken:
            continue


def record_file(sha256: str, size: int, detected_type: str) -> None:
    row = (
        sha256,
        "",
        size,
        detected_type,
        now(),
        StoredFile.Preview.PENDING.value,
        "",
        "",
        None,
        None,
        "{}",
        *[""] * 4,
    )
    insert_unless_there(StoredFile, _FILE, row)  # another device may deliver the same this moment
    examine_file.enqueue(sha256)  # a row of this transaction: nobody examines what was not committed


def _count(devices: Mapping[UUID, Device], promises: Sequence[Promise], size: int) -> None:
    """Settled as verified, entered, signed; written once, with the receipts. Nothing is locked after the entries."""
    moment = now()
    for promise in promises:
        promise.state, promise.verified_at = Promise.State.VERIFIED.value, moment
    settled = settlement.settle(promises)
    by_device = {
        device: [promise for promise in promises if promise.device_id == key] for key, device in devices.items()
    }
    by_device = {device: own for device, own in by_device.items() if own}
    places = _append(by_device, settled.drafts)
    for device, own in by_device.items():
        sign_receipts(device, own, places[court_stream(device.court_id)], {own[0].sha256: size})
    write_verified(promises, together_with=settled.changes)


def _append(by_device: Mapping[Device, Sequence[Promise]], settled: Sequence[Draft]) -> dict[str, Appended]:
    """Where each court's own stream counts them. What nobody above has a word for still gets its entry."""
    drafts = list(settled)
    for device, promises in by_device.items():
        stream = court_stream(device.court_id)
        if not any(stream in draft.streams for draft in drafts):
            drafts.append(_plain_draft(device, promises, stream))
    last: dict[str, Appended] = {}
    for places in append(drafts):
        last |= places  # positions rise from draft to draft
    return last


def _plain_draft(device: Device, promises: Sequence[Promise], stream: str) -> Draft:
    first = promises[0]
    return Draft(
        streams=(stream,),
        kind="evidence_verified",
        view={"sha256": first.sha256, "device": str(device.pk), "promises": len(promises)},
        facts={"operations": [promise.operation_hash for promise in promises]},
        subject_type=first.subject_type,
        subject_id=first.subject_id,
    )
