"""Where bytes lie: one interface, two drivers, chosen by settings alone.

A chunk is a blob of its own under a name never used twice, so bytes of an upload that was overtaken or ended
have nowhere to land: only what the database names as a part of the upload counts.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
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
    PAPERS = "papers"
    """A court's own documents, which travel down; never mixed with what devices sent up."""


_PATH = re.compile(
    r"(?:originals|derived|papers)/([0-9a-f]{2})/([0-9a-f]{2})/\1\2[0-9a-f]{60}|partials/[0-9a-f]{32}|quarantine/[0-9a-zA-Z-]{1,200}"
)


def blob_path(area: Area, sha256: str) -> str:
    """Where a blob lies in either driver: `originals/ab/cd/<sha256>`."""
    return f"{area}/{sha256[:2]}/{sha256[2:4]}/{sha256}"


def require_path(path: str) -> str:
    """Raises ValueError for anything but a path of the layout: a copy from elsewhere leads nowhere else."""
    if not _PATH.fullmatch(path):
        raise ValueError(f"{path!r} is no path of the evidence store")
    return path


class StoreUnavailable(Exception):
    """The disk is full, the network is gone: the caller tries again, nothing is lost."""


def too_short(sha256: str, size: int, end: int) -> StoreUnavailable:
    """A blob that was cut: said before a length is promised, or a reader waits for the rest until it gives up."""
    return StoreUnavailable(f"{sha256} has {size} bytes, {end} were asked for")


class BlobMissing(Exception):
    """Storage does not hold what the database names: after a restore, or a lost disk."""


class _Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...
    def close(self) -> None: ...


class Blocks(Iterator[bytes]):
    """The bytes of one open source, block by block. Closes itself at the end; close it if you stop before."""

    def __init__(
        self, source: _Readable, faults: Callable[[], AbstractContextManager[None]], length: int | None = None
    ):
        self._source, self._faults, self._left = source, faults, length

    def __next__(self) -> bytes:
        with self._faults():
            block = (
                self._source.read(BLOCK if self._left is None else min(BLOCK, self._left)) if self._left != 0 else b""
            )
        if not block:
            self.close()
            raise StopIteration
        if self._left is not None:
            self._left -= len(block)
        return block

    def close(self) -> None:
        self._source.close()
        self._left = 0


class BlobStore(Protocol):
    """Whatever returns has been made durable. Raises StoreUnavailable, and BlobMissing where something is read."""

    def put_part(self, content: bytes) -> str:
        """Store these bytes durably; the name to ask for them by."""

    def assemble(self, parts: Sequence[str]) -> str:
        """One part holding all of them in order (for a single one: itself). The parts stay."""

    def read_part(self, part: str) -> Blocks:
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

    def read(self, area: Area, sha256: str, start: int = 0, end: int | None = None) -> Blocks:
        """The bytes from `start` up to but without `end`. Raises at once, not at the first block."""

    def open_file(self, area: Area, sha256: str) -> AbstractContextManager[BinaryIO]:
        """A real file with these bytes, for another process to read."""

    def remove(self, area: Area, sha256: str) -> None:
        """Only for derived files, originals set aside because they were damaged, and tests of loss."""

    def paths(self, folder: str) -> Iterator[str]:
        """Everything below a folder of the layout, such as `quarantine`; both drivers have the same paths."""

    def read_path(self, path: str) -> Iterator[bytes]:
        """The bytes at a path of the layout, for copies of the store. Raises at once."""

    def write_path(self, path: str, blocks: Iterable[bytes]) -> None:
        """Put bytes back where a copy says they lay. Raises ValueError for what is no path of the layout."""


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
