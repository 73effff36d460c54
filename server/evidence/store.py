"""Where bytes lie: one interface, two drivers, chosen by settings alone.

A chunk is a blob of its own under a name never used twice, so bytes of an upload that was overtaken or ended
have nowhere to land: only what the database names as a part of the upload counts.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO, Protocol

from django.conf import settings

BLOCK = 256 * 1024


class Area(StrEnum):
    """Originals are for ever; what we derived from them can be made again."""

    ORIGINALS = "originals"
    DERIVED = "derived"


class StoreUnavailable(Exception):
    """The disk is full, the network is gone: the caller tries again, nothing is lost."""


class BlobMissing(Exception):
    """Storage does not hold what the database names: after a restore, or a lost disk."""


class BlobStore(Protocol):
    """Whatever returns has been made durable. Raises StoreUnavailable, and BlobMissing where something is read."""

    def put_part(self, content: bytes) -> str:
        """Store these bytes durably; the name to ask for them by."""

    def assemble(self, parts: Sequence[str]) -> str:
        """One part holding all of them in order (for a single one: itself). The parts stay."""

    def read_part(self, part: str) -> Iterator[bytes]:
        """The bytes as storage gives them back."""

    def keep(self, part: str, sha256: str) -> None:
        """Turn a part whose hash was checked into the original of that name. Replaces an equal one."""

    def quarantine(self, part: str, label: str) -> None:
        """Set a part aside for people to look at, where no upload reaches it."""

    def discard(self, parts: Iterable[str]) -> None:
        """Forget parts; unknown ones are no fault."""

    def parts_before(self, moment: datetime) -> Iterator[str]:
        """Parts written before that moment, whoever may still need them."""

    def put(self, area: Area, sha256: str, content: bytes) -> None:
        """Store a whole small file under its hash."""

    def size_of(self, area: Area, sha256: str) -> int | None:
        """Bytes held under that hash, None where it is absent."""

    def read(self, area: Area, sha256: str, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        """The bytes from `start` up to but without `end`. Raises at once, not at the first block."""

    def open_file(self, area: Area, sha256: str) -> AbstractContextManager[BinaryIO]:
        """A real file with these bytes, for another process to read."""

    def remove(self, area: Area, sha256: str) -> None:
        """Only for derived files and for tests of loss; no service removes an original."""


def current_store() -> BlobStore:
    """S3 where an endpoint is configured, else files in DATA_DIR."""
    options = settings.EVIDENCE_STORE
    if options.get("endpoint_url"):
        return _s3_store(tuple(sorted(options.items())))
    return _file_store(Path(settings.EVIDENCE_DIR))


@lru_cache(maxsize=4)
def _file_store(folder: Path) -> BlobStore:
    from server.evidence.file_store import FileStore

    return FileStore(folder)


@lru_cache(maxsize=4)
def _s3_store(options: tuple[tuple[str, str], ...]) -> BlobStore:
    from server.evidence.s3_store import S3Store  # boto3 is slow to import, and the embedded default has no use for it

    return S3Store(**dict(options))
