"""The files a copied database names, taken from the evidence store."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from server.config.operations.copied_rows import CopiedRows, as_json
from server.config.operations.folder import CopiedFile, DraftFolder
from server.config.operations.manifest import EVIDENCE_FOLDER
from server.config.operations.speaking import Progress, Refused
from server.evidence import store
from server.evidence.store import Area, BlobMissing, StoreUnavailable, blob_path

QUARANTINE = "quarantine"


@dataclass(frozen=True, slots=True)
class NamedFile:
    path: str
    sha256: str = ""
    """What it must hash to, where its name is its hash."""
    is_original: bool = False
    """Verified for somebody, or a paper: its absence is a loss. Everything else can be made or sent again."""


def named_files(copied: CopiedRows) -> Iterator[NamedFile]:
    """Each path once: originals and thumbnails, previews of devices, parts of uploads on their way, papers."""
    seen: set[str] = set()
    for named in _named(copied):
        if named.path not in seen:
            seen.add(named.path)
            yield named


def _named(copied: CopiedRows) -> Iterator[NamedFile]:
    for sha256, thumbnail in copied.rows("evidence_storedfile", "sha256", "thumbnail_sha256"):
        yield NamedFile(blob_path(Area.ORIGINALS, sha256), sha256, is_original=True)
        if thumbnail:
            yield NamedFile(blob_path(Area.DERIVED, thumbnail), thumbnail)
    for (sha256,) in copied.rows("evidence_provisionalthumbnail", "stored_sha256"):
        if sha256:
            yield NamedFile(blob_path(Area.DERIVED, sha256), sha256)
    for (sha256,) in copied.rows("evidence_paper", "sha256"):
        yield NamedFile(blob_path(Area.PAPERS, sha256), sha256, is_original=True)
    for (parts,) in copied.rows("evidence_upload", "parts"):
        yield from (NamedFile(f"partials/{part}") for part in as_json(parts))


def copy_evidence(copied: CopiedRows, folder: DraftFolder, progress: Progress) -> tuple[list[CopiedFile], list[str]]:
    """The files written, and the originals the store did not have whole.

    Files come after the database: originals are never removed, so each one it names is still there; a part of an
    upload that ended meanwhile is not, and its device sends it again after a restore.
    """
    files: list[CopiedFile] = []
    absent: list[str] = []
    try:
        aside = [NamedFile(path) for path in store.current_store().paths(QUARANTINE)]
        for named in (*named_files(copied), *aside):
            file = _copied(named, folder)
            if file:
                files.append(file)
                progress.count(file.size)
            elif named.is_original:
                absent.append(named.path)
    except StoreUnavailable as fault:
        raise Refused(_("The evidence store does not answer: %s. Nothing was kept of this backup.") % fault) from fault
    return files, absent


def _copied(named: NamedFile, folder: DraftFolder) -> CopiedFile | None:
    try:
        file = folder.write(f"{EVIDENCE_FOLDER}/{named.path}", store.current_store().read_path(named.path))
    except BlobMissing:
        return None
    if named.sha256 and file.sha256 != named.sha256:
        folder.remove(file.path)
        return None
    return file
