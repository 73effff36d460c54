"""What crashes leave lying about, put right by the beat. Repeating any of it is harmless."""

from datetime import timedelta

from server.common.clock import now
from server.evidence import store
from server.evidence.models import ProvisionalThumbnail, StoredFile, Upload
from server.evidence.tasks import draw_provisional, examine_file

ORPHANED_AFTER = timedelta(days=1)
OVERDUE_AFTER = timedelta(minutes=15)


def sweep_parts() -> int:
    """Forget stored chunks that no upload names: their request died, or was overtaken. Returns how many.

    A chunk is named within moments of being stored, so one a day old is named or never will be.
    """
    blobs = store.current_store()
    old = set(blobs.parts_before(now() - ORPHANED_AFTER))
    named = {part for parts in Upload.objects.values_list("parts", flat=True) for part in parts} if old else set()
    blobs.discard(old - named)
    return len(old - named)


def enqueue_overdue_previews() -> int:
    """Ask the worker again for previews it should have made by now. Returns how many files and devices."""
    since = now() - OVERDUE_AFTER
    pending = StoredFile.objects.filter(preview=StoredFile.Preview.PENDING, stored_at__lt=since)
    hashes = list(pending.values_list("sha256", flat=True))
    waiting = ProvisionalThumbnail.objects.filter(stored_sha256="", received_at__lt=since)
    devices = set(waiting.values_list("device_id", flat=True))
    for sha256 in hashes:
        examine_file.enqueue(sha256)
    for device_id in devices:
        draw_provisional.enqueue(str(device_id))
    return len(hashes) + len(devices)
