"""A second copy of every verified file, on another machine (EVIDENCE_REPLICA_DIR).

The beat writes it, reads it back and notes that. With SAFE_POLICY=standby nothing is called safe before its files are
in it.
"""

import hashlib
import logging
from collections.abc import Mapping
from pathlib import Path

from django.conf import settings
from django.db.models import Min

from server.common.clock import now
from server.evidence import store
from server.evidence.file_store import FileStore
from server.evidence.models import Promise, StoredFile
from server.evidence.store import Area, BlobMissing, BlobStore, StoreUnavailable, blob_path
from server.ledger.queries import current_server_epoch
from server.people.streams import court_stream

FILES_AT_ONCE = 200
logger = logging.getLogger(__name__)


def replica() -> BlobStore | None:
    """None where no second copy is kept."""
    folder = settings.EVIDENCE_REPLICA_DIR
    return FileStore(Path(folder)) if folder else None


def replicate_files() -> int:
    """Copy what is not copied yet, the oldest first. Returns how many. A copy that is away costs time, nothing else."""
    second = replica()
    if second is None:
        return 0
    waiting = StoredFile.objects.filter(replicated_at=None).order_by("stored_at", "sha256")
    copied = 0
    for sha256 in waiting.values_list("sha256", flat=True)[:FILES_AT_ONCE]:
        try:
            copied += _copy(store.current_store(), second, sha256)
        except StoreUnavailable:
            logger.warning("the second copy of the files does not take them; they are copied later", exc_info=True)
            break
    return copied


def put_back(sha256: str) -> bool:
    """From the second copy into the store, where the store has lost a file; whether that is done."""
    second = replica()
    return second is not None and _transfer(second, store.current_store(), sha256)


def first_positions_not_replicated() -> Mapping[str, int]:
    """By court stream, the first entry that counts a file of which there is no second copy yet."""
    if replica() is None:
        return {}
    waiting = StoredFile.objects.filter(replicated_at=None).values("pk")
    counted = Promise.objects.filter(
        state=Promise.State.VERIFIED, sha256__in=waiting, receipt_epoch=current_server_epoch()
    )
    firsts = counted.values("device__court_id").annotate(first=Min("receipt_position")).order_by()
    return {court_stream(row["device__court_id"]): row["first"] for row in firsts}


def _copy(first: BlobStore, second: BlobStore, sha256: str) -> bool:
    if not _transfer(first, second, sha256):
        return False
    StoredFile.objects.filter(pk=sha256).update(replicated_at=now())
    return True


def _transfer(source: BlobStore, target: BlobStore, sha256: str) -> bool:
    """Whole and read back; False where the source has not got these bytes, which the scrub will find."""
    if _holds(target, sha256):
        return True
    if not _holds(source, sha256):
        return False
    target.write_path(blob_path(Area.ORIGINALS, sha256), source.read(Area.ORIGINALS, sha256))
    return _holds(target, sha256)


def _holds(blobs: BlobStore, sha256: str) -> bool:
    digest = hashlib.sha256()
    try:
        for block in blobs.read(Area.ORIGINALS, sha256):
            digest.update(block)
    except BlobMissing:
        return False
    return digest.hexdigest() == sha256
