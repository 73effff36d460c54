"""What crashes leave lying about, put right by the beat. Repeating any of it is harmless."""

from collections.abc import Callable, Iterable
from datetime import timedelta

from django.db.models import Exists, OuterRef

from server.common.clock import now
from server.evidence import store
from server.evidence.models import Promise, ProvisionalThumbnail, StoredFile, Upload
from server.evidence.services.verification import verify_late_promises
from server.evidence.tasks import draw_provisional, examine_file

ORPHANED_AFTER = timedelta(days=1)
OVERDUE_AFTER = timedelta(minutes=15)


def sweep_parts(*, named_elsewhere: Callable[[], Iterable[str]]) -> int:
    """Forget stored chunks that nobody names: their request died, or was overtaken. Returns how many.

    A chunk is named within moments of being stored, so one a day old is named or never will be: by an upload, or by
    what another room keeps on its way in.
    """
    blobs = store.current_store()
    old = set(blobs.parts_before(now() - ORPHANED_AFTER))
    if not old:
        return 0
    named = {part for parts in Upload.objects.values_list("parts", flat=True) for part in parts}
    named.update(named_elsewhere())
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


def count_late_promises() -> int:
    """Count promises left open beside a delivery of theirs: the push that made them died right after its commit.

    Returns how many files of a device.
    """
    delivered = Promise.objects.filter(
        device_id=OuterRef("device_id"), sha256=OuterRef("sha256"), state=Promise.State.VERIFIED
    )
    rows = Promise.objects.exclude(state=Promise.State.VERIFIED).filter(Exists(delivered))
    late = list(rows.order_by().values_list("device_id", "sha256").distinct())
    for device_id, sha256 in late:
        verify_late_promises(device_id=device_id, hashes={sha256})
    return len(late)
