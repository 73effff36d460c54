"""A folder that bears its name only once all of it is durable: until then it is NAME.partial."""

import hashlib
import os
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import gettext as _

from server.config.operations.speaking import Refused
from server.evidence.file_store import sync_folder

BLOCK = 1024 * 1024


@dataclass(frozen=True, slots=True)
class CopiedFile:
    path: str
    """Below the folder, with `/`."""
    size: int
    sha256: str


class DraftFolder:
    """Nobody but its owner may look into it: it holds everything the court holds, in the clear."""

    def __init__(self, target: Path) -> None:
        self._target = target.absolute()
        self.path = self._target.with_name(f"{self._target.name}.partial")
        if self._target.exists():
            raise Refused(_("%s exists. Nothing is ever overwritten: name another folder.") % self._target)
        if self.path.exists():
            raise Refused(_("%s was begun and never finished: remove it, or name another folder.") % self.path)
        self.path.mkdir(mode=0o700, parents=True)

    def write(self, name: str, blocks: Iterable[bytes]) -> CopiedFile:
        """A new durable file with these bytes; its hash is of what was written."""
        path, digest, size = self.place(name), hashlib.sha256(), 0
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            for block in blocks:
                file.write(block)
                digest.update(block)
                size += len(block)
            file.flush()
            os.fsync(file.fileno())
        return CopiedFile(name, size, digest.hexdigest())

    def place(self, name: str) -> Path:
        """Where a file of this name goes, its parents made."""
        path = self.path / name
        for folder in reversed([each for each in path.parents if each.is_relative_to(self.path)]):
            folder.mkdir(mode=0o700, exist_ok=True)
        return path

    def remove(self, name: str) -> None:
        (self.path / name).unlink(missing_ok=True)

    def finish(self) -> Path:
        """Give it its name, after every folder in it is durable."""
        for folder, _folders, _files in os.walk(self.path, topdown=False):
            sync_folder(Path(folder))
        self.path.rename(self._target)
        sync_folder(self._target.parent)
        return self._target

    def give_up(self) -> None:
        shutil.rmtree(self.path, ignore_errors=True)


def described(folder: Path, name: str) -> CopiedFile:
    """Size and hash of a file as it lies there. Raises OSError."""
    digest, size = hashlib.sha256(), 0
    for block in blocks_of(folder / name):
        digest.update(block)
        size += len(block)
    return CopiedFile(name, size, digest.hexdigest())


def blocks_of(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            yield block


def make_durable(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())
