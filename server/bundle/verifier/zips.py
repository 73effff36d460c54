"""The bundle as it was handed over: a zip with not a byte in it that its writer has not put there."""

from __future__ import annotations

import os
import struct
import zipfile
from typing import IO, Iterator

from server.bundle.verifier.reading import BLOCK, FILES, NAME, Container, Folder, Wrong, require

LEFT_BY_ZIPPING = (1980, 1, 1, 0, 0, 0)
MODE = 0o644 << 16
UNIX = 3
DAY = 0x21
PLAIN, LARGE = 20, 45
MOST, LIMIT, MANY = 0xFFFFFFFF, 2**31 - 1, 0xFFFF


class Zip(Container):
    """Nothing is unpacked, so nothing in it can land elsewhere."""

    def __init__(self, path: str) -> None:
        super().__init__()
        try:
            self._zip = zipfile.ZipFile(path)
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as fault:
            raise Wrong(path, "cannot be read as a zip: {}".format(fault)) from None
        require(not self._zip.comment, path, "has a comment, which no bundle has")
        for each in self._zip.infolist():
            require(len(self.sizes) < FILES, each.filename, "is one file too many")
            require(bool(NAME.fullmatch(each.filename)), repr(each.filename), "is no name of a file in a bundle")
            require(each.filename not in self.sizes, each.filename, "is in the zip twice")
            _require_plain(each)
            self.sizes[each.filename] = each.file_size
        with open(path, "rb") as file:
            self._require_layout(file, path)

    def blocks(self, name: str) -> Iterator[bytes]:
        require(name in self.sizes, name, "is missing")
        try:
            with self._zip.open(name) as file:
                while True:
                    block = file.read(BLOCK)
                    if not block:
                        return
                    yield block
        except (zipfile.BadZipFile, EOFError, ValueError, RuntimeError) as fault:
            raise Wrong(name, "cannot be read from the zip: {}".format(fault)) from None

    def _require_layout(self, file: IO[bytes], path: str) -> None:
        """A zip says most things twice, and readers believe either: both are as written, with nothing between."""
        at = 0
        for each in self._zip.infolist():
            head = _local_head(each, large=False), _local_head(each, large=True)
            require(each.header_offset == at, each.filename, "does not begin where the file before it ends")
            file.seek(at)
            found = file.read(len(head[1]))
            own = next((one for one in head if found.startswith(one)), b"")
            require(bool(own), each.filename, "is described in the zip in another way than ours")
            at += len(own) + each.file_size
        listed = 0
        for each in self._zip.infolist():
            own = _listing(each)
            file.seek(at + listed)
            require(file.read(len(own)) == own, each.filename, "is listed in the zip in another way than ours")
            listed += len(own)
        is_ours = self._zip.start_dir == at and file.read() == _tail(len(self.sizes), listed, at)
        require(is_ours, path, "ends in another way than ours")


def _require_plain(each: zipfile.ZipInfo) -> None:
    is_stored = each.compress_type == zipfile.ZIP_STORED and not each.flag_bits & 1
    require(is_stored and each.compress_size == each.file_size, each.filename, "is packed in another way than ours")
    is_bare = each.date_time == LEFT_BY_ZIPPING and not each.comment
    require(is_bare, each.filename, "carries a date or a comment in the zip, which ours never do")


def _listing(each: zipfile.ZipInfo) -> bytes:
    """How a file stands in the list of the zip."""
    name, extra = each.filename.encode(), _extra(each)
    size, offset = _fitting(each.file_size), _fitting(each.header_offset)
    version = LARGE if extra or each.extract_version == LARGE else PLAIN
    fields = (version, UNIX, version, 0, 0, 0, 0, DAY, each.CRC, size, size, len(name), len(extra), 0, 0, 0, MODE)
    return struct.pack("<4s4B4HL2L5H2L", b"PK\1\2", *fields, offset) + name + extra


def _fitting(number: int) -> int:
    return MOST if number > LIMIT else number


def _extra(each: zipfile.ZipInfo) -> bytes:
    """The numbers that do not fit into the list of the zip."""
    numbers = [each.file_size, each.compress_size] if each.file_size > LIMIT else []
    numbers += [each.header_offset] if each.header_offset > LIMIT else []
    return struct.pack("<HH{}Q".format(len(numbers)), 1, 8 * len(numbers), *numbers) if numbers else b""


def _local_head(each: zipfile.ZipInfo, large: bool) -> bytes:
    """What stands before a file; `large` where its writer left room for a size beyond 4 GiB."""
    name, size = each.filename.encode(), MOST if large else min(each.file_size, MOST)
    extra = struct.pack("<HHQQ", 1, 16, each.file_size, each.compress_size) if large else b""
    version = LARGE if large else PLAIN
    fields = (b"PK\3\4", version, 0, 0, 0, 0, DAY, each.CRC, size, size, len(name), len(extra))
    return struct.pack("<4sBBHHHHLLLHH", *fields) + name + extra


def _tail(files: int, listed: int, at: int) -> bytes:
    """What stands behind the list."""
    large = b""
    if files > MANY or listed > LIMIT or at > LIMIT:
        large = struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, LARGE, LARGE, 0, 0, files, files, listed, at)
        large += struct.pack("<4sLQL", b"PK\6\7", 0, at + listed, 1)
    count, offset = min(files, MANY), min(at, MOST)
    return large + struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, count, count, min(listed, MOST), offset, 0)


def open_container(path: str) -> Container:
    return Folder(path) if os.path.isdir(path) else Zip(path)
