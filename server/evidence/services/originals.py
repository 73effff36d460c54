"""Originals that come from no device: films of body cameras, brought in at the station."""

import hashlib
from collections.abc import Iterator
from typing import BinaryIO

from server.evidence.media_types import HEAD_BYTES, detect
from server.evidence.models import StoredFile
from server.evidence.services.verification import record_file
from server.evidence.store import BLOCK, Area, StoreUnavailable, blob_path, current_store


def hash_of(film: BinaryIO) -> str:
    digest = hashlib.sha256()
    film.seek(0)
    for block in _blocks(film):
        digest.update(block)
    return digest.hexdigest()


def keep_original(film: BinaryIO, sha256: str) -> StoredFile:
    """Store these bytes under their hash, block by block, and read them back; harmless where they are here already.

    Raises StoreUnavailable, also where other bytes came back.
    """
    size = film.seek(0, 2)
    film.seek(0)
    media_type = detect(film.read(HEAD_BYTES))
    if not StoredFile.objects.filter(pk=sha256).exists():
        film.seek(0)
        current_store().write_path(blob_path(Area.ORIGINALS, sha256), _blocks(film))
        _require_stored(sha256)
        record_file(sha256, size, media_type)
    return StoredFile.objects.get(pk=sha256)


def _require_stored(sha256: str) -> None:
    digest = hashlib.sha256()
    for block in current_store().read(Area.ORIGINALS, sha256):
        digest.update(block)
    if digest.hexdigest() != sha256:
        raise StoreUnavailable(f"other bytes came back than were stored for {sha256}")


def _blocks(film: BinaryIO) -> Iterator[bytes]:
    while block := film.read(BLOCK):
        yield block
