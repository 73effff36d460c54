"""Bytes on their way. The offset moves in the database only after the bytes are durable in storage."""

import hashlib
import logging
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Any, NoReturn
from uuid import UUID

from django.db import transaction
from django.db.models import F, FilteredRelation, Q, QuerySet, Subquery
from django.utils.translation import gettext as _

from server.common.clock import now
from server.common.errors import DomainError
from server.common.statements import Given, Statement
from server.evidence import store
from server.evidence.bearer import device_id_of_bearer, require_not_revoked, working_device
from server.evidence.media_types import HEAD_BYTES, detect
from server.evidence.models import Promise, StoredFile, Upload
from server.evidence.services.verification import verify_delivery, verify_late_promises
from server.evidence.store import BlobMissing, StoreUnavailable
from server.ledger.services import Draft, append
from server.people.models import Device
from server.people.streams import court_stream

CHUNK_BYTES = 1024 * 1024
MISMATCHES_TO_ALARM = 3
logger = logging.getLogger(__name__)
_KEPT = ("id", "length", "offset", "parts", "attempt", "mismatches")
_PROMISED: Statement[Any] = Statement(
    lambda: (
        Promise.objects.filter(device_id=Given("device_id"), sha256=Given("sha256"))
        .select_related("device")
        .annotate(
            kept=FilteredRelation("device__uploads", condition=Q(device__uploads__sha256=F("sha256"))),
            stored_size=Subquery(StoredFile.objects.filter(pk=Given("sha256")).values("size")),
            **{f"kept_{name}": F(f"kept__{name}") for name in _KEPT},
        )
    )
)


def upload_of(*, bearer: str, sha256: str, is_opening: bool = False) -> Upload:
    """The upload as it stands, saved or not, with its device: `offset` bytes of `length` are here. One SELECT.

    `is_opening`: a true length is about to be stated, so a fault of the promise is forgiven. Raises DomainError 401
    `bearer_invalid` or `bearer_expired`, 403 `device_revoked` or `not_promised`, 422 `empty_file`.
    """
    return upload_for(device_id=device_id_of_bearer(bearer), sha256=sha256, is_opening=is_opening)


def upload_for(*, device_id: UUID, sha256: str, is_opening: bool = False, even_revoked: bool = False) -> Upload:
    """The same for bytes that another hand brings; `even_revoked` when two persons have let them go."""
    promises = _PROMISED.rows(device_id=device_id, sha256=sha256)
    if not promises:
        working_device(device_id, even_revoked=even_revoked)
        message = _("This device has not promised such a file. Push the operation that names it first.")
        raise DomainError("not_promised", 403, message)
    if not even_revoked:
        require_not_revoked(promises[0].device)
    if any(promise.state == Promise.State.VERIFIED for promise in promises):
        return _verified(promises)
    if promises[0].kept_id is None and all(promise.fault for promise in promises) and not is_opening:
        raise DomainError("empty_file", 422, _("An empty file is no evidence: take the photo again."))
    return _arriving(promises)


def open_upload(*, upload: Upload, length: int) -> None:
    """The promise is the upload's creation, so what stands stands. Another length than stated begins anew."""
    if upload.length != length and not _is_verified(upload):
        _restart(upload.device, upload.sha256, length)


def append_chunk(*, upload: Upload, offset: int, content: bytes) -> int:
    """Add bytes at `offset`; the new offset. With the last byte the whole is re-read, hashed and verified.

    Raises DomainError 409 `offset_conflict` or `evidence_mismatch`, 413 `upload_too_long`; StoreUnavailable.
    """
    if offset != upload.offset:
        _refuse_offset(upload.offset)
    if offset + len(content) > upload.length:
        message = _("More bytes than were promised. Create the upload again with its true length.")
        raise DomainError("upload_too_long", 413, message, {"length": upload.length})
    if not content:
        return offset
    part = store.current_store().put_part(content)
    if offset + len(content) < upload.length:
        return _move_offset(upload.device, upload, part, len(content))
    return _finish(upload.device, upload, part)


def end_upload(*, upload: Upload) -> None:
    """Forget the bytes on their way; never the promise, never verified bytes."""
    if not _is_verified(upload):
        _restart(upload.device, upload.sha256, None)


def _verified(promises: Sequence[Any]) -> Upload:
    first = promises[0]
    if any(promise.state != Promise.State.VERIFIED for promise in promises):
        # The push that made the newer promise died before what follows it; the device has nothing more to send.
        verify_late_promises(device_id=first.device_id, hashes={first.sha256})
    return Upload(device=first.device, sha256=first.sha256, length=first.stored_size, offset=first.stored_size)


def _arriving(promises: Sequence[Any]) -> Upload:
    first = promises[0]
    if first.kept_id is None:
        return Upload(device=first.device, sha256=first.sha256, length=max(promise.size for promise in promises))
    return Upload(device=first.device, sha256=first.sha256, **{name: getattr(first, f"kept_{name}") for name in _KEPT})


def _is_verified(upload: Upload) -> bool:
    return 0 < upload.length == upload.offset  # a saved row never gets there: the last byte verifies or begins anew


def _refuse_offset(actual: int) -> NoReturn:
    raise DomainError(
        "offset_conflict",
        409,
        _("Other bytes are wanted next. Ask for the offset and go on there."),
        {"offset": actual},
    )


def _move_offset(device: Device, seen: Upload, part: str, size: int) -> int:
    with transaction.atomic():
        upload = _lock(device, seen.sha256, seen.length)
        is_current = (upload.offset, upload.attempt) == (seen.offset, seen.attempt)
        if is_current:
            upload.parts, upload.offset, upload.updated_at = [*upload.parts, part], upload.offset + size, now()
            upload.save(update_fields=["parts", "offset", "updated_at"])
            if not seen.offset:
                _open_promises(device, seen.sha256).update(state=Promise.State.PARTIAL)
    if not is_current:
        _discard([part])
        _refuse_offset(upload.offset)
    return upload.offset


def _lock(device: Device, sha256: str, length: int) -> Upload:
    rows = Upload.objects.select_for_update()
    upload, _created = rows.get_or_create(device=device, sha256=sha256, defaults={"length": length})
    return upload


def _open_promises(device: Device, sha256: str) -> QuerySet[Promise]:
    return Promise.objects.filter(device=device, sha256=sha256).exclude(state=Promise.State.VERIFIED)


def _finish(device: Device, upload: Upload, last: str) -> int:
    """Kept, then counted: a crash in between leaves bytes nobody names, and the device sends its last chunk again."""
    blobs, parts = store.current_store(), [*upload.parts, last]
    try:
        whole = blobs.assemble(parts)
        digest, size, head = _reread(blobs.read_part(whole))
    except BlobMissing:
        _discard([last])
        logger.warning("parts of upload %s of device %s are gone; it begins anew", upload.sha256, device.pk)
        _restart(device, upload.sha256, None)
        _refuse_offset(0)
    if digest != upload.sha256:
        _discard(part for part in [last] if part != whole)
        _refuse_mismatch(device, upload, whole)
    blobs.keep(whole, upload.sha256)
    verify_delivery(device=device, upload=upload, size=size, detected_type=detect(head))
    _discard(part for part in parts if part != whole)
    return size


def _reread(blocks: Iterable[bytes]) -> tuple[str, int, bytes]:
    digest, size, head = hashlib.sha256(), 0, b""
    for block in blocks:
        digest.update(block)
        size += len(block)
        if len(head) < HEAD_BYTES:
            head += block[:HEAD_BYTES]
    return digest.hexdigest(), size, head[:HEAD_BYTES]


def _refuse_mismatch(device: Device, seen: Upload, whole: str) -> NoReturn:
    """Set the bytes aside and begin anew; the third time, somebody must look."""
    number = min(seen.mismatches + 1, MISMATCHES_TO_ALARM)
    store.current_store().quarantine(whole, f"{seen.sha256}-{device.pk}-{number}")
    _restart(device, seen.sha256, None, is_mismatch=True)
    message = _(
        "The bytes received are not the promised file. They were set aside; send the file again from the start."
    )
    raise DomainError("evidence_mismatch", 409, message, {"offset": 0, "sha256": seen.sha256})


def _restart(device: Device, sha256: str, length: int | None, *, is_mismatch: bool = False) -> None:
    """Offset 0 in a new attempt: bytes of the older one that are still under way no longer fit."""
    with transaction.atomic():
        upload = _lock(device, sha256, length or _stated_size(device, sha256))
        parts, upload.parts = upload.parts, []
        upload.offset, upload.attempt, upload.updated_at = 0, upload.attempt + 1, now()
        upload.length = length or upload.length
        upload.mismatches += is_mismatch
        upload.save()
        _open_promises(device, sha256).filter(state=Promise.State.PARTIAL).update(state=Promise.State.PROMISED)
        if is_mismatch and upload.mismatches == MISMATCHES_TO_ALARM:
            _raise_alarm(device, upload)
    _discard(parts)


def _stated_size(device: Device, sha256: str) -> int:
    return max(Promise.objects.filter(device=device, sha256=sha256).values_list("size", flat=True))


def _raise_alarm(device: Device, upload: Upload) -> None:
    view = {"sha256": upload.sha256, "device": str(device.pk), "mismatches": upload.mismatches}
    append([Draft((court_stream(device.court_id),), "evidence_mismatch_alarm", view, {})])


def _discard(parts: Iterable[str]) -> None:
    with suppress(StoreUnavailable):  # the sweep finds them later
        store.current_store().discard(parts)
