"""A second copy of every verified file and paper, on another machine (EVIDENCE_REPLICA_DIR).

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
from server.evidence.models import Paper, Promise, StoredFile
from server.evidence.store import Area, BlobMissing, BlobStore, StoreUnavailable, blob_path
from server.ledger.queries import current_server_epoch
from server.people.streams import court_stream

FILES_AT_ONCE = 200
_MODELS: Mapping[Area, type[StoredFile] | type[Paper]] = {Area.ORIGINALS: StoredFile, Area.PAPERS: Paper}
logger = logging.getLogger(__name__)


def replica() -> BlobStore | None:
    """None where no second copy is kept."""
    folder = settings.EVIDENCE_REPLICA_DIR
    return FileStore(Path(folder)) if folder else None


def replicate_files() -> int:
    """Copy what is not copied yet, files before papers, the oldest first. Returns how many. A copy that is away costs
    time, nothing else."""
    second = replica()
    if second is None:
        return 0
    copied = 0
    for area, sha256 in _waiting():
        try:
            copied += _copy(store.current_store(), second, area, sha256)
        except StoreUnavailable:
            logger.warning("the second copy of the files does not take them; they are copied later", exc_info=True)
            break
    return copied


def _waiting() -> list[tuple[Area, str]]:
    files = StoredFile.objects.filter(replicated_at=None).order_by("stored_at", "sha256")
    papers = Paper.objects.filter(replicated_at=None).order_by("added_at", "pk")
    found = [(Area.ORIGINALS, sha256) for sha256 in files.values_list("sha256", flat=True)[:FILES_AT_ONCE]]
    found += [(Area.PAPERS, sha256) for sha256 in papers.values_list("sha256", flat=True)[:FILES_AT_ONCE]]
    return [*dict.fromkeys(found)]


def put_back(area: Area, sha256: str) -> bool:
    """From the second copy into the store, where the store has lost it; whether that is done."""
    second = replica()
    return second is not None and _transfer(second, store.current_store(), area, sha256)


def mend_copy(area: Area, sha256: str) -> bool:
    """Of what the store holds whole: the second copy is read again and, absent or damaged, made anew; whether it was.

    Where the whole area is absent the copy is rather not mounted than lost.
    """
    second, folder = replica(), settings.EVIDENCE_REPLICA_DIR
    is_copied = _MODELS[area].objects.filter(sha256=sha256).exclude(replicated_at=None).exists()
    if second is None or not is_copied or not Path(folder or "", area).is_dir():
        return False
    try:
        return not _holds(second, area, sha256) and _copy(store.current_store(), second, area, sha256)
    except StoreUnavailable:
        logger.warning("the second copy of the files cannot be read", exc_info=True)
        return False


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


def _copy(first: BlobStore, second: BlobStore, area: Area, sha256: str) -> bool:
    if not _transfer(first, second, area, sha256):
        return False
    _MODELS[area].objects.filter(sha256=sha256).update(replicated_at=now())
    return True


def _transfer(source: BlobStore, target: BlobStore, area: Area, sha256: str) -> bool:
    """Whole and read back; False where the source has not got these bytes, which the scrub will find."""
    if _holds(target, area, sha256):
        return True
    if not _holds(source, area, sha256):
        return False
    target.write_path(blob_path(area, sha256), source.read(area, sha256))
    return _holds(target, area, sha256)


def _holds(blobs: BlobStore, area: Area, sha256: str) -> bool:
    digest = hashlib.sha256()
    try:
        for block in blobs.read(area, sha256):
            digest.update(block)
    except BlobMissing:
        return False
    return digest.hexdigest() == sha256
