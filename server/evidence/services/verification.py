"""Verified: the bytes re-read from storage hash to the key, and this device delivered them."""

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Exists

from server.common.clock import now
from server.common.statements import Given, Statement
from server.evidence import settlement
from server.evidence.models import Promise, StoredFile, Upload
from server.evidence.services.locks import lock_device
from server.evidence.services.receipts import sign_receipts
from server.evidence.tasks import examine_file
from server.ledger.services import Appended, Draft, append
from server.people.models import Device
from server.people.queries import line_of
from server.people.streams import court_stream

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
    _until_held(_verify, device, upload, size, detected_type)


@transaction.atomic
def _verify(device: Device, upload: Upload, size: int, detected_type: str) -> None:
    line = line_of(device)
    for device_id in sorted(line):
        lock_device(device_id)
    promises = {device_id: _OPEN.rows(device_id=device_id, sha256=upload.sha256) for device_id in line}
    if any(found and not found[0].is_stored for found in promises.values()):
        _record_file(upload.sha256, size, detected_type)
    for device_id, found in promises.items():
        if found:
            # What an earlier log of the same hand promised is delivered by it as well.
            _count(device if device_id == device.pk else Device.objects.get(pk=device_id), found, size)
    if upload.pk:
        upload.delete()


def verify_late_promises(*, device_id: UUID, hashes: set[str]) -> None:
    """Promises recorded while their bytes were being verified: delivered, but unseen by that transaction."""
    for sha256 in sorted(hashes):
        _until_held(_verify_late, device_id, sha256)


@transaction.atomic
def _verify_late(device_id: UUID, sha256: str) -> None:
    lock_device(device_id)
    promises = _OPEN.rows(device_id=device_id, sha256=sha256)
    delivered = Promise.objects.filter(device_id=device_id, sha256=sha256, state=Promise.State.VERIFIED)
    if promises and delivered.exists():
        size = StoredFile.objects.values_list("size", flat=True).get(pk=sha256)
        _count(Device.objects.get(pk=device_id), promises, size)


def _until_held(verify: Callable[..., None], *given: Any) -> None:
    """Each time it is overtaken, what overtook it is committed, and seen by the next attempt."""
    while True:
        try:
            return verify(*given)
        except settlement.Overtaken:
            continue


def _record_file(sha256: str, size: int, detected_type: str) -> None:
    file = StoredFile(pk=sha256, size=size, detected_type=detected_type)
    StoredFile.objects.bulk_create([file], ignore_conflicts=True)  # another device may deliver the same this moment
    examine_file.enqueue(sha256)  # a row of this transaction: nobody examines what was not committed


def _count(device: Device, promises: Sequence[Promise], size: int) -> None:
    """Settled as verified, entered, signed; written once, together with the receipts."""
    moment = now()
    for promise in promises:
        promise.state, promise.verified_at = Promise.State.VERIFIED.value, moment
    settled = settlement.settle(promises)
    place = _append(device, promises, settled.drafts)
    sign_receipts(device, promises, place, {promises[0].sha256: size}, together_with=settled.changes)


def _append(device: Device, promises: Sequence[Promise], settled: Sequence[Draft]) -> Appended:
    """Where the court's own stream counts them. What nobody above has a word for still gets its entry."""
    stream, drafts = court_stream(device.court_id), list(settled)
    if not any(stream in draft.streams for draft in drafts):
        drafts.append(_plain_draft(device, promises, stream))
    places = append(drafts)
    return max((place[stream] for place in places if stream in place), key=lambda place: place.position)


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
