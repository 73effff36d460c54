"""Blobs as files. Every write: file fsync, rename, directory fsync; only then may the database name it."""

import contextlib
import os
import re
import secrets
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from server.evidence.store import Area, BlobMissing, Blocks, StoreUnavailable, blob_path, require_path, too_short

_PART = re.compile(r"[0-9a-f]{32}")


class FileStore:
    """`originals/ab/cd/<sha256>`, `derived/ab/cd/<sha256>`, `partials/`, `quarantine/` below one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._settled: set[Path] = set()
        """Folders whose own name is durable, as far as this process knows: an earlier one may have died over theirs."""

    def put_part(self, content: bytes) -> str:
        part = secrets.token_hex(16)
        with _faults():
            self._write(self._part(part), [content])
        return part

    def assemble(self, parts: Sequence[str]) -> str:
        if len(parts) == 1:
            return parts[0]
        whole = secrets.token_hex(16)
        with _faults():
            self._write(self._part(whole), (block for part in parts for block in self.read_part(part)))
        return whole

    def read_part(self, part: str) -> Blocks:
        with _faults():
            file = self._part(part).open("rb")
        return Blocks(file, _faults)

    def keep(self, part: str, sha256: str) -> None:
        with _faults():
            self._move(self._part(part), self._path(Area.ORIGINALS, sha256))

    def quarantine(self, part: str, label: str) -> None:
        with _faults():
            self._move(self._part(part), self._folder / "quarantine" / label)

    def discard(self, parts: Iterable[str]) -> None:
        with _faults():
            for part in parts:
                self._part(part).unlink(missing_ok=True)

    def parts_before(self, moment: datetime) -> Iterator[str]:
        with contextlib.suppress(FileNotFoundError), os.scandir(self._folder / "partials") as entries:
            for entry in entries:
                if entry.stat().st_mtime < moment.timestamp():
                    yield entry.name

    def put(self, area: Area, sha256: str, content: bytes) -> None:
        draft = self._part(secrets.token_hex(16))
        with _faults():
            self._write(draft, [content])
            self._move(draft, self._path(area, sha256))

    def size_of(self, area: Area, sha256: str) -> int | None:
        try:
            return self._path(area, sha256).stat().st_size
        except FileNotFoundError:
            return None

    def read(self, area: Area, sha256: str, start: int = 0, end: int | None = None) -> Blocks:
        with _faults():
            file = self._path(area, sha256).open("rb")
            file.seek(start)
            size = os.fstat(file.fileno()).st_size
        if end is not None and size < end:
            file.close()
            raise too_short(sha256, size, end)
        return Blocks(file, _faults, None if end is None else end - start)

    @contextmanager
    def open_file(self, area: Area, sha256: str) -> Iterator[BinaryIO]:
        with _faults():
            file = self._path(area, sha256).open("rb")
        with file:
            yield file

    def remove(self, area: Area, sha256: str) -> None:
        with _faults():
            self._path(area, sha256).unlink(missing_ok=True)

    def paths(self, folder: str) -> Iterator[str]:
        for path in sorted((self._folder / folder).rglob("*")):
            if path.is_file():
                yield path.relative_to(self._folder).as_posix()

    def read_path(self, path: str) -> Iterator[bytes]:
        with _faults():
            file = (self._folder / require_path(path)).open("rb")
        return Blocks(file, _faults)

    def write_path(self, path: str, blocks: Iterable[bytes]) -> None:
        draft = self._part(secrets.token_hex(16))
        target = self._folder / require_path(path)
        with _faults():
            self._write(draft, blocks)
            self._move(draft, target)

    def _write(self, path: Path, blocks: Iterable[bytes]) -> None:
        self._make_folder(path.parent)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.writelines(blocks)
                file.flush()
                os.fsync(file.fileno())
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        sync_folder(path.parent)

    def _move(self, source: Path, target: Path) -> None:
        self._make_folder(target.parent)
        source.replace(target)
        sync_folder(target.parent)

    def _make_folder(self, folder: Path) -> None:
        """A folder is as durable as the file in it: every parent that gained a name is synced."""
        is_known = folder in self._settled or self._folder not in folder.parents
        if is_known and folder.is_dir():
            return
        self._make_folder(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)
        sync_folder(folder.parent)
        self._settled.add(folder)

    def _part(self, part: str) -> Path:
        if not _PART.fullmatch(part):
            raise BlobMissing(part)
        return self._folder / "partials" / part

    def _path(self, area: Area, sha256: str) -> Path:
        return self._folder / blob_path(area, sha256)


@contextmanager
def _faults() -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as fault:
        raise BlobMissing(str(fault)) from fault
    except OSError as fault:
        raise StoreUnavailable(str(fault)) from fault


def sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
