"""A disk that loses what nobody synced: a power cut leaves what fsync was told of, and by chance some of the rest.

A file's bytes are certain once the file was synced, its name once its folder was: so POSIX promises, and no more.
"""

import os
import shutil
import stat
from pathlib import Path

from tests.simulation.chance import Chance


class Disk:
    """Stands where the production finds `os.fsync`; remembers, and never waits for a real disk."""

    def __init__(self, chance: Chance, folder: Path) -> None:
        self._chance = chance
        self._names: dict[Path, dict[str, int]] = {folder: _names_in(folder)}
        """Inodes by name, as they were when each folder was last synced."""
        self._bytes: dict[int, bytes] = {}
        """By inode, as they were when that file was last synced."""

    def fsync(self, descriptor: int) -> None:
        path, found = Path(os.readlink(f"/proc/self/fd/{descriptor}")), os.fstat(descriptor)
        if stat.S_ISDIR(found.st_mode):
            self._names[path] = _names_in(path)
        else:
            self._bytes[found.st_ino] = path.read_bytes()

    def settle(self, folder: Path) -> None:
        """All that this folder holds has reached the disk, name and bytes, whoever brought it there."""
        self._names[folder.parent][folder.name] = folder.stat().st_ino
        self._names[folder] = _names_in(folder)
        for place in folder.iterdir():
            if place.is_dir():
                self.settle(place)
            else:
                self._bytes[place.stat().st_ino] = place.read_bytes()

    def cut(self, folder: Path) -> None:
        """The power is gone; this is what its folder holds when it is back."""
        inode = _names_in(folder.parent).get(folder.name)
        if inode is None:
            return
        if self._names[folder.parent].get(folder.name) == inode or self._chance.happens(0.5):
            self._cut_inside(folder)
        else:
            shutil.rmtree(folder)

    def _cut_inside(self, folder: Path) -> None:
        there, certain = _names_in(folder), self._names.get(folder, {})
        for name in sorted({*there, *certain}):
            place, inode = folder / name, there.get(name)
            if inode != certain.get(name) and self._chance.happens(0.5):
                inode = self._put_back(place, certain.get(name))
            if place.is_dir():
                self._cut_inside(place)
            elif inode is not None:
                self._cut_file(place, inode)
        self._names[folder] = _names_in(folder)

    def _put_back(self, place: Path, inode: int | None) -> int | None:
        """The name as it was synced: it names another file again, or nothing."""
        if place.is_dir():
            shutil.rmtree(place)
            return None
        place.unlink(missing_ok=True)
        if inode is None:
            return None
        place.write_bytes(self._bytes.get(inode, b""))
        os.utime(place, ns=(0, 0))
        inode, before = place.stat().st_ino, inode
        self._bytes[inode] = self._bytes.get(before, b"")
        return inode

    def _cut_file(self, place: Path, inode: int) -> None:
        """What was written and not synced is there, or a beginning of it, or nothing."""
        written = place.read_bytes()
        if written == self._bytes.get(inode):
            return
        beginning = written[: self._chance.dice.randrange(len(written) + 1)]
        left = self._chance.choose((self._bytes.get(inode, b""), beginning, written))
        place.write_bytes(left)
        self._bytes[inode] = left


def _names_in(folder: Path) -> dict[str, int]:
    with os.scandir(folder) as found:
        return {entry.name: entry.inode() for entry in found}
