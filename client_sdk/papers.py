"""Papers of the held cases on this device: fetched in pieces, checked whole, sealed like photographs (R50, R51).

A whole paper is a file named by its hash; a piece of one is `<hash>.<first byte>-<byte after the last>`.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from client_sdk import disk
from client_sdk.errors import FieldError, NotFound, StoreDamaged
from client_sdk.reading import Reading
from client_sdk.replica import Replica
from client_sdk.sealed_files import SealedFile, seal_file
from client_sdk.store import Store

MAX_PAPER_BYTES = 64 * 1024 * 1024

STORAGE_FULL = "storage_full"
DISK_FAULT = "disk_fault"
HASH_MISMATCH = "hash_mismatch"
_HASH = re.compile(r"[0-9a-f]{64}")
_PIECE = re.compile(r"([0-9a-f]{64})\.(\d+)-(\d+)")


@dataclass(frozen=True)
class MissingPaper:
    """A paper that a held case lists and this device has not whole."""

    sha256: str
    size: int
    reached: int
    """Bytes from its beginning that are here already."""


class Papers:
    def __init__(self, store: Store, replica: Replica, reading: Reading) -> None:
        self._store = store
        self._reading = reading
        self._replica = replica
        self._folder = store.places.papers

    def here(self) -> frozenset[str]:
        """Hashes of the papers that are here whole."""
        return frozenset(path.name for path in self._folder.iterdir() if _HASH.fullmatch(path.name))

    def missing(self) -> list[MissingPaper]:
        """What is to be fetched, the smallest first. An unreadable replica lists nothing: the next pull mends it."""
        try:
            listed = _sizes(self._replica.listed_papers())
        except FieldError:
            return []
        here = self.here()
        found = [
            MissingPaper(sha256, size, self._reached(sha256)) for sha256, size in listed.items() if sha256 not in here
        ]
        return sorted(found, key=lambda paper: (paper.size, paper.sha256))

    def keep_piece(self, sha256: str, offset: int, content: bytes) -> str | None:
        """Seal one piece; None, or why it cannot be kept. The room kept for evidence is not a paper's."""
        if self._store.free_bytes() - 2 * len(content) < self._store.surroundings.reserve_bytes:
            return STORAGE_FULL
        path = self._folder / f"{sha256}.{offset}-{offset + len(content)}"
        return self._written(path, [content], {"sha256": sha256, "offset": offset})[1]

    def finish(self, sha256: str, size: int) -> str | None:
        """Make the pieces one paper if they are what the court listed; None, or why not."""
        if self._store.free_bytes() - size < self._store.surroundings.reserve_bytes:
            return STORAGE_FULL
        path = self._folder / sha256
        try:
            found, fault = self._written(path, self._pieces(sha256), {"sha256": sha256, "size": size})
        except StoreDamaged:
            found, fault = ("", 0), HASH_MISMATCH
        if fault is None and found != (sha256, size):
            fault = HASH_MISMATCH
        if fault == HASH_MISMATCH:
            path.unlink(missing_ok=True)
        if fault in (None, HASH_MISMATCH):
            self.discard_pieces(sha256)
        return fault

    def _written(
        self, path: Path, content: Iterable[bytes], facts: dict[str, Any]
    ) -> tuple[tuple[str, int], str | None]:
        try:
            sealed = seal_file(path, content, facts, self._reading.key.file_key)
        except OSError as fault:
            path.with_name(path.name + ".part").unlink(missing_ok=True)
            return ("", 0), STORAGE_FULL if disk.is_full(fault) else DISK_FAULT
        return (sealed.sha256, sealed.size), None

    def discard_pieces(self, sha256: str) -> None:
        for path in self._folder.glob(f"{sha256}.*"):
            path.unlink(missing_ok=True)

    def sweep(self) -> None:
        """Erase what no unit here lists any more; a sealed unit keeps its papers, sealed with it."""
        kept = list(self._folder.iterdir())
        if not kept:
            return
        try:
            listed = _sizes(self._replica.listed_papers(with_leaving=True))
        except FieldError:
            return
        here = self.here()
        for path in kept:
            sha256, _, rest = path.name.partition(".")
            if sha256 not in listed or rest.endswith(".part") or (rest and sha256 in here):
                path.unlink(missing_ok=True)

    def read(self, sha256: str) -> bytes:
        """The whole, checked again. Raises NotFound (not listed, not fetched), StoreDamaged (fetched anew then)."""
        if sha256 not in _sizes(self._replica.listed_papers()):
            raise NotFound(what=f"paper {sha256[:12]}")
        path = self._folder / sha256
        if not path.exists():
            raise NotFound("paper_not_here", what=sha256[:12])
        try:
            return self._checked(path)
        except StoreDamaged:
            path.unlink(missing_ok=True)
            raise

    def _checked(self, path: Path) -> bytes:
        with SealedFile(path, self._reading.key.file_key) as sealed:
            content = b"".join(sealed.pieces())
        if hashlib.sha256(content).hexdigest() != path.name:
            raise StoreDamaged(what=path.name)
        return content

    def _reached(self, sha256: str) -> int:
        return max((end for _, end, _ in self._row_of(sha256)), default=0)

    def _pieces(self, sha256: str) -> Iterator[bytes]:
        for _, _, path in self._row_of(sha256):
            with SealedFile(path, self._reading.key.file_key) as sealed:
                yield from sealed.pieces()

    def _row_of(self, sha256: str) -> list[tuple[int, int, Path]]:
        """The pieces that follow each other without a gap from the first byte on."""
        row: list[tuple[int, int, Path]] = []
        matches = [(_PIECE.fullmatch(path.name), path) for path in self._folder.glob(f"{sha256}.*")]
        for start, end, path in sorted((int(match[2]), int(match[3]), path) for match, path in matches if match):
            if start == (row[-1][1] if row else 0):
                row.append((start, end, path))
        return row


def _sizes(listed: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """By hash; what cannot be a paper of the protocol is never asked for, and names no file here."""
    found = ((paper.get("sha256"), paper.get("size")) for paper in listed)
    return {
        sha256: size
        for sha256, size in found
        if isinstance(sha256, str) and _HASH.fullmatch(sha256) and type(size) is int and 0 < size <= MAX_PAPER_BYTES
    }
