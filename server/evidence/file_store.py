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

    def put_part(self, content: bytes) -> str:
        part = secrets.token_hex(16)
        with _faults():
            _write(self._part(part), [content])
        return part

    def assemble(self, parts: Sequence[str]) -> str:
        if len(parts) == 1:
            return parts[0]
        whole = secrets.token_hex(16)
        with _faults():
            _write(self._part(whole), (block for part in parts for block in self.read_part(part)))
        return whole

    def read_part(self, part: str) -> Blocks:
        with _faults():
            file = self._part(part).open("rb")
        return Blocks(file, _faults)

    def keep(self, part: str, sha256: str) -> None:
        with _faults():
            _move(self._part(part), self._path(Area.ORIGINALS, sha256))

    def quarantine(self, part: str, label: str) -> None:
        with _faults():
            _move(self._part(part), self._folder / "quarantine" / label)

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
            _write(draft, [content])
            _move(draft, self._path(area, sha256))

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
            _write(draft, blocks)
            _move(draft, target)

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


def _write(path: Path, blocks: Iterable[bytes]) -> None:
    _make_folder(path.parent)
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


def _move(source: Path, target: Path) -> None:
    _make_folder(target.parent)
    source.replace(target)
    sync_folder(target.parent)


def _make_folder(folder: Path) -> None:
    """A new folder is as durable as the file in it: each parent that gained a name is synced."""
    if folder.is_dir():
        return
    _make_folder(folder.parent)
    folder.mkdir(mode=0o700, exist_ok=True)
    sync_folder(folder.parent)


def sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
