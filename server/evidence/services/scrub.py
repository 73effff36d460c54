"""What is counted but is not in storage is owed again: always after a restore, and as `scrubbing.py` finds it."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import groupby

from django.db import transaction

from server.common.bulk import update_together
from server.common.clock import now
from server.evidence import settlement, store
from server.evidence.models import Promise, ProvisionalThumbnail, StoredFile, Upload
from server.evidence.services.locks import lock_device
from server.evidence.services.verification import until_held
from server.evidence.store import Area, BlobMissing
from server.evidence.tasks import examine_file
from server.ledger.services import Draft, append
from server.people.models import Device
from server.people.streams import court_stream


@dataclass(frozen=True, slots=True)
class Scrubbed:
    originals: tuple[str, ...]
    """Hashes that were counted as verified and are not there: their devices send them again."""
    promises: int
    uploads: int
    """Uploads begun anew, since parts of them are gone."""
    previews: int


@transaction.atomic
def scrub_absent_files() -> Scrubbed:
    """Demote promises whose bytes are absent to `promised`, with an entry each; their acts are incomplete again.

    Runs while nobody else writes: it takes rows in the order of devices, not in the one order of locks.
    """
    absent = absent_originals()
    demoted = _demote(absent)
    StoredFile.objects.filter(pk__in=absent).delete()
    uploads = [upload for upload in Upload.objects.select_related("device") if not _has_parts(upload)]
    for upload in uploads:
        _begin_anew(upload)
    return Scrubbed(tuple(absent), demoted, len(uploads), _forget_absent_previews())


def demote_file(sha256: str) -> None:
    """One file of a running server: whatever delivered it owes it again. Harmless where it is owed already."""
    until_held(_demote_one, sha256)


@transaction.atomic
def _demote_one(sha256: str) -> None:
    counted = Promise.objects.filter(sha256=sha256, state=Promise.State.VERIFIED)
    for device_id in sorted(set(counted.values_list("device_id", flat=True))):
        lock_device(device_id)
    _demote([sha256])
    StoredFile.objects.filter(pk=sha256).delete()


def absent_originals(newest: int | None = None) -> list[str]:
    """Verified originals that storage does not hold in full size; of the `newest` ones only, where that is given."""
    blobs = store.current_store()
    files = StoredFile.objects.order_by("-stored_at", "sha256").values_list("sha256", "size")
    return sorted(sha256 for sha256, size in files[:newest] if blobs.size_of(Area.ORIGINALS, sha256) != size)


def _demote(hashes: Iterable[str]) -> int:
    rows = Promise.objects.filter(sha256__in=list(hashes), state=Promise.State.VERIFIED).select_related("device")
    promises = list(rows.order_by("device_id", "sha256", "seq"))
    for promise in promises:
        promise.state, promise.verified_at = Promise.State.PROMISED, None
        promise.receipt, promise.receipt_epoch, promise.receipt_position = "", "", 0
    names = ["state", "verified_at", "receipt", "receipt_epoch", "receipt_position"]
    Promise.objects.bulk_update(promises, names)
    drafts = [
        draft
        for _, same in groupby(promises, key=lambda promise: (promise.device_id, promise.sha256))
        for draft in _drafts(list(same))
    ]
    append(drafts)
    return len(promises)


def _drafts(promises: list[Promise]) -> list[Draft]:
    """Those who count files count anew, and tell the same as when one arrives: only the kind differs."""
    settled = settlement.settle(promises)
    update_together(settled.changes)
    drafts = [replace(draft, kind="evidence_absent") for draft in settled.drafts]
    return drafts or [_plain_draft(promises[0].device, promises)]


def _plain_draft(device: Device, promises: list[Promise]) -> Draft:
    view = {"sha256": promises[0].sha256, "device": str(device.pk), "promises": len(promises)}
    return Draft((court_stream(device.court_id),), "evidence_absent", view, {})


def _has_parts(upload: Upload) -> bool:
    try:
        for part in upload.parts:
            for _block in store.current_store().read_part(part):
                pass
    except BlobMissing:
        return False
    return True


def _begin_anew(upload: Upload) -> None:
    upload.parts, upload.offset, upload.attempt, upload.updated_at = [], 0, upload.attempt + 1, now()
    upload.save(update_fields=["parts", "offset", "attempt", "updated_at"])
    arriving = Promise.objects.filter(device=upload.device, sha256=upload.sha256, state=Promise.State.PARTIAL)
    arriving.update(state=Promise.State.PROMISED)


def _forget_absent_previews() -> int:
    """Ours are drawn again from the originals; a device's own is gone until its original comes."""
    blobs = store.current_store()
    ready = StoredFile.objects.filter(preview=StoredFile.Preview.READY)
    lost = [
        file.pk for file in ready.only("thumbnail_sha256") if blobs.size_of(Area.DERIVED, file.thumbnail_sha256) is None
    ]
    StoredFile.objects.filter(pk__in=lost).update(preview=StoredFile.Preview.PENDING, thumbnail_sha256="")
    for sha256 in lost:
        examine_file.enqueue(sha256)
    drawn = ProvisionalThumbnail.objects.exclude(stored_sha256="")
    gone = [row.pk for row in drawn if blobs.size_of(Area.DERIVED, row.stored_sha256) is None]
    ProvisionalThumbnail.objects.filter(pk__in=gone).delete()
    return len(lost) + len(gone)
