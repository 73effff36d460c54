"""Files kept apart from evidence on their way in: a revoked device's, and parcels. The offset moves after the fsync."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, BinaryIO
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from server.common.clock import now
from server.common.errors import DomainError
from server.evidence import store
from server.evidence.store import BlobMissing, Blocks, StoreUnavailable
from server.people.models import Device, Officer
from server.sync.models import HeldFile

ABANDONED_AFTER = timedelta(days=30)
CHUNK_BYTES = 1024 * 1024
MAX_FILE_BYTES = 4 * 1024 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Sender:
    """Whose bytes these are: a device, or a person at a desk."""

    court_id: UUID
    purpose: str
    device: Device | None = None
    officer: Officer | None = None


def progress_of(*, sender: Sender, sha256: str) -> HeldFile | None:
    """How far it has come; what a crash left whole and unproved is proved now, or begins anew."""
    held = HeldFile.objects.filter(**_place(sender, sha256)).first()
    if held is not None and not held.label and held.offset == held.length:
        with suppress(DomainError):
            _finish(held)
    return held


def append_chunk(
    *, sender: Sender, sha256: str, length: int, offset: int, content: bytes, room: int | None = None
) -> HeldFile:
    """Add bytes at `offset`. With the last byte the whole is re-read and must have its hash.

    `room` is what its sender may still leave here. Raises DomainError 409 `offset_conflict`, `held_file_mismatch`,
    413 `upload_too_long`, 413 `sealed_full`; StoreUnavailable.
    """
    held = progress_of(sender=sender, sha256=sha256) or HeldFile(
        **_place(sender, sha256), officer=sender.officer, length=length
    )
    _require_room(held, room)
    if held.label or offset != held.offset:
        if held.label and offset == held.offset and not content:
            return held
        raise _conflict(held.offset)
    if offset + len(content) > held.length:
        message = _("More bytes than the file was said to have.")
        raise DomainError("upload_too_long", 413, message, {"length": held.length})
    part = store.current_store().put_part(content)
    held = _move(sender, held, part, len(content))
    return _finish(held) if held.offset == held.length else held


def parts_on_their_way() -> set[str]:
    """Stored chunks that files kept apart are still made of."""
    return {part for parts in HeldFile.objects.exclude(parts=[]).values_list("parts", flat=True) for part in parts}


def forget_abandoned_parcels() -> int:
    """Half-sent ones nobody has gone on with for a month: they fill a carrier's budget no more. Returns how many.

    Whoever goes on after all begins at 0; the author's device has kept everything. Chunks go with the next sweep.
    """
    since = now() - ABANDONED_AFTER
    rows = HeldFile.objects.filter(purpose=HeldFile.Purpose.PARCEL, label="", received_at__lt=since)
    return rows.delete()[0]


def bring_file(*, sender: Sender, file: BinaryIO) -> str:
    """A whole file that is at hand, from where it was cut before. Its hash. Raises as `append_chunk`."""
    file.seek(0)
    digest, length = hashlib.sha256(), 0
    while block := file.read(CHUNK_BYTES):
        digest.update(block)
        length += len(block)
    sha256 = digest.hexdigest()
    held = progress_of(sender=sender, sha256=sha256)
    offset = held.offset if held else 0
    file.seek(offset)
    while offset < length:
        content = file.read(CHUNK_BYTES)
        append_chunk(sender=sender, sha256=sha256, length=length, offset=offset, content=content)
        offset += len(content)
    return sha256


@contextmanager
def opened(label: str) -> Iterator[Iterator[bytes]]:
    """The bytes of a whole file; closed again however little of it was read."""
    blocks = store.current_store().read_path(f"quarantine/{label}")
    try:
        yield blocks
    finally:
        if isinstance(blocks, Blocks):
            blocks.close()


def _place(sender: Sender, sha256: str) -> dict[str, Any]:
    return {"purpose": sender.purpose, "court_id": sender.court_id, "device": sender.device, "sha256": sha256}


def _require_room(held: HeldFile, room: int | None) -> None:
    too_much = held.length > MAX_FILE_BYTES or (room is not None and held._state.adding and held.length > room)
    if too_much or held.length < 1:
        message = _("No more is kept of this device; what it has stays on it. Speak to your command centre.")
        raise DomainError("sealed_full", 413, message, {"max_bytes": room or MAX_FILE_BYTES})


def _conflict(offset: int) -> DomainError:
    message = _("Other bytes are wanted next. Ask for the offset and go on there.")
    return DomainError("offset_conflict", 409, message, {"offset": offset})


def _move(sender: Sender, seen: HeldFile, part: str, size: int) -> HeldFile:
    with transaction.atomic():
        rows = HeldFile.objects.select_for_update(of=("self",))
        defaults = {"length": seen.length, "officer": sender.officer}
        held, _made = rows.get_or_create(**_place(sender, seen.sha256), defaults=defaults)
        if held.offset == seen.offset and not held.label:
            held.parts, held.offset, held.received_at = [*held.parts, part], held.offset + size, now()
            held.save(update_fields=["parts", "offset", "received_at"])
            return held
    _discard([part])
    raise _conflict(held.offset)


def _finish(held: HeldFile) -> HeldFile:
    blobs = store.current_store()
    try:
        whole = blobs.assemble(held.parts)
        digest = hashlib.sha256()
        for block in blobs.read_part(whole):
            digest.update(block)
    except BlobMissing:
        _begin_anew(held)
        if held.label:
            return held
        raise _conflict(held.offset) from None
    if digest.hexdigest() != held.sha256:
        _begin_anew(held)
        message = _("The bytes received are not those of this name. Send the file again from the start.")
        raise DomainError("held_file_mismatch", 409, message, {"offset": 0})
    parts, label = held.parts, f"{held.purpose}-{held.pk}-{held.sha256}"
    blobs.quarantine(whole, label)
    _change(held, label=label)
    _discard(part for part in parts if part != whole)
    return held


def _begin_anew(held: HeldFile) -> None:
    parts = held.parts
    if _change(held, offset=0):
        _discard(parts)


def _change(held: HeldFile, **values: Any) -> bool:
    """Its chunks are used up; False where another request has proved it meanwhile."""
    rows = HeldFile.objects.filter(pk=held.pk, offset=held.offset, label="")
    is_ours = bool(rows.update(**values, parts=[]))
    held.refresh_from_db()
    return is_ours


def _discard(parts: Any) -> None:
    with suppress(StoreUnavailable):  # the sweep finds them later
        store.current_store().discard(parts)
