"""Previews: the device's own first, ours once the original is here. Made by the worker, never in a request."""

import tempfile
from collections.abc import Mapping
from uuid import UUID

from server.common.hashing import sha256_hex
from server.evidence import store
from server.evidence.drawing import PROVISIONAL_PIXELS, Drawing, draw
from server.evidence.media_types import DEMUXERS, OCTET_STREAM, PICTURES
from server.evidence.models import ProvisionalThumbnail, StoredFile
from server.evidence.sm3 import sm3_hex
from server.evidence.store import Area
from server.evidence.tasks import draw_provisional
from server.people.models import Device

THUMBNAIL_BYTES = 16 * 1024
_EXAMINED = (
    *("sm3", "width", "height", "exif", "preview", "preview_reason", "thumbnail_sha256"),
    *("dhash_1", "dhash_2", "dhash_3", "dhash_4"),
)
MAX_PICTURE_BYTES = 128 * 1024 * 1024


def store_thumbnails(device: Device, thumbnails: Mapping[str, bytes]) -> None:
    """Keep a push's thumbnails, in its transaction: {their SHA-256: bytes}. Ours are drawn from them by the worker.

    One that is too large or not what its hash says is dropped: it is only a preview, and the original comes.
    """
    fitting = {
        sha256: content
        for sha256, content in thumbnails.items()
        if 0 < len(content) <= THUMBNAIL_BYTES and sha256_hex(content) == sha256
    }
    if not fitting:
        return
    rows = ProvisionalThumbnail.objects.filter(device=device)
    missing = fitting.keys() - set(rows.filter(sha256__in=fitting).values_list("sha256", flat=True))
    if missing:
        made = [ProvisionalThumbnail(device=device, sha256=sha256, received=fitting[sha256]) for sha256 in missing]
        ProvisionalThumbnail.objects.bulk_create(made, ignore_conflicts=True)
        draw_provisional.enqueue(str(device.pk))


def draw_provisional_thumbnails(device_id: UUID | None = None) -> int:
    """Our own picture of each thumbnail received, of one device or of all; how many were seen to."""
    rows = ProvisionalThumbnail.objects.filter(stored_sha256="")
    rows = rows.filter(device_id=device_id) if device_id else rows
    waiting = list(rows.order_by("pk"))
    for row in waiting:
        _draw_provisional(row)
    return len(waiting)


def _draw_provisional(row: ProvisionalThumbnail) -> None:
    """Replace the received bytes by our re-encoding; what cannot be drawn under the pixel limit is forgotten."""
    with tempfile.TemporaryFile() as file:
        file.write(bytes(row.received))
        file.seek(0)  # flushes, too: the other process reads the descriptor
        drawing = draw(file, max_pixels=PROVISIONAL_PIXELS)
    if drawing.reason:
        row.delete()
        return
    row.stored_sha256, row.received = _keep(drawing.thumbnail), b""
    row.save(update_fields=["stored_sha256", "received"])


def make_preview(sha256: str) -> StoredFile:
    """Examine a verified original: preview or the reason for none, EXIF, SM3. Repeating it is harmless.

    Raises StoredFile.DoesNotExist; StoreUnavailable, BlobMissing or OSError leave the preview pending.
    """
    file = StoredFile.objects.get(pk=sha256)
    file.sm3 = sm3_hex(store.current_store().read(Area.ORIGINALS, sha256))
    drawing = _drawing_of(file)
    file.width, file.height, file.exif = drawing.width, drawing.height, drawing.exif
    file.dhash, file.preview_reason, file.thumbnail_sha256 = drawing.dhash, drawing.reason, ""
    file.preview = StoredFile.Preview.UNAVAILABLE
    if not drawing.reason:
        file.thumbnail_sha256, file.preview = _keep(drawing.thumbnail), StoredFile.Preview.READY
    file.save(update_fields=_EXAMINED)
    return file


def make_pending_previews() -> tuple[int, int]:
    """Heal what a crash left behind: (previews, provisional thumbnails) seen to."""
    pending = StoredFile.objects.filter(preview=StoredFile.Preview.PENDING)
    hashes = list(pending.order_by("stored_at").values_list("sha256", flat=True))
    for sha256 in hashes:
        make_preview(sha256)
    return len(hashes), draw_provisional_thumbnails()


def _drawing_of(file: StoredFile) -> Drawing:
    if file.detected_type == OCTET_STREAM:
        return Drawing(reason="not_an_image")
    if file.detected_type not in PICTURES and file.detected_type not in DEMUXERS:
        return Drawing(reason="no_preview_for_type")
    if file.detected_type in PICTURES and file.size > MAX_PICTURE_BYTES:
        return Drawing(reason="too_large")
    with store.current_store().open_file(Area.ORIGINALS, file.sha256) as original:
        return draw(original)


def _keep(thumbnail: bytes) -> str:
    sha256 = sha256_hex(thumbnail)
    store.current_store().put(Area.DERIVED, sha256, thumbnail)
    return sha256
