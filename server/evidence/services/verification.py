"""Verified: the bytes re-read from storage hash to the key, and this device delivered them."""

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction

from server.common.bulk import update_rows
from server.common.clock import now
from server.common.statements import Given, Statement
from server.evidence import settlement
from server.evidence.models import Promise, StoredFile, Upload
from server.evidence.services.receipts import sign_receipts
from server.evidence.tasks import examine_file
from server.ledger.services import Appended, Draft, append
from server.people.models import Device
from server.people.streams import court_stream

_HELD_DEVICE = Statement(
    lambda: Device.objects.select_for_update(no_key=True).filter(pk=Given("device_id")).values_list("pk")
)
_STORED = Statement(lambda: StoredFile.objects.filter(pk=Given("sha256")).values_list("pk"))
_OPEN = Statement(
    lambda: (
        Promise.objects.filter(device_id=Given("device_id"), sha256=Given("sha256"))
        .exclude(state=Promise.State.VERIFIED)
        .order_by("incarnation", "seq")
    )
)


@transaction.atomic
def verify_delivery(*, device: Device, upload: Upload, size: int, detected_type: str) -> None:
    """Count these bytes for every open promise this device made of them: one entry, once, and receipts.

    Locks in the one order: device, then whatever subjects the settlement touches, ledger heads last. Two deliveries in
    parallel meet at the device row, and the second finds nothing open.
    """
    _lock(device.pk)
    _record_file(upload.sha256, size, detected_type)
    _count(device, upload.sha256, size)
    if upload.pk:
        upload.delete()


def verify_late_promises(*, device_id: UUID, hashes: set[str]) -> None:
    """Promises recorded while their bytes were being verified: delivered, but unseen by that transaction."""
    for sha256 in sorted(hashes):
        with transaction.atomic():
            _lock(device_id)
            if Promise.objects.filter(device_id=device_id, sha256=sha256, state=Promise.State.VERIFIED).exists():
                size = StoredFile.objects.values_list("size", flat=True).get(pk=sha256)
                _count(Device.objects.select_related("court").get(pk=device_id), sha256, size)


def _lock(device_id: UUID) -> None:
    # no_key: inserting rows that refer to the device, as a push does, need not wait for us.
    _HELD_DEVICE.rows(device_id=device_id)


def _record_file(sha256: str, size: int, detected_type: str) -> None:
    if _STORED.first(sha256=sha256):
        return
    file = StoredFile(pk=sha256, size=size, detected_type=detected_type)
    StoredFile.objects.bulk_create([file], ignore_conflicts=True)  # another device may deliver the same this moment
    examine_file.enqueue(sha256)  # a row of this transaction: nobody examines what was not committed


def _count(device: Device, sha256: str, size: int) -> None:
    promises, moment = _OPEN.rows(device_id=device.pk, sha256=sha256), now()
    if not promises:
        return
    rows = [(promise.pk, Promise.State.VERIFIED.value, moment) for promise in promises]
    update_rows(Promise, "id", ("state", "verified_at"), rows)
    for promise in promises:
        promise.state, promise.verified_at = Promise.State.VERIFIED, moment
    sign_receipts(device, promises, _append(device, promises), {sha256: size})


def _append(device: Device, promises: Sequence[Promise]) -> Appended:
    """Where the court's own stream counts them. What nobody above has a word for still gets its entry."""
    stream = court_stream(device.court_id)
    drafts = settlement.settle(promises)
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
