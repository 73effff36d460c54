"""A bundle as bytes, read block by block, and the folder it was unpacked to; what leads out of it is refused."""

from __future__ import annotations

import hashlib
import json
import os
import re
import stat
from typing import Any, Dict, Iterator, List, Union

BLOCK = 256 * 1024
SMALL = 64 * 1024 * 1024
LINE = 16 * 1024 * 1024
FILES = 1000000
NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,120}(/[A-Za-z0-9_-][A-Za-z0-9._-]{0,120}){0,3}")


class Wrong(Exception):
    """The first thing found that is not as it should be: where, and what."""

    def __init__(self, where: str, says: str) -> None:
        super().__init__("{}: {}".format(where, says))
        self.where = where


def require(holds: bool, where: str, says: str) -> None:
    if not holds:
        raise Wrong(where, says)


class Container:
    """Where the files of a bundle lie, with the size of each."""

    def __init__(self) -> None:
        self.sizes: Dict[str, int] = {}

    def blocks(self, name: str) -> Iterator[bytes]:
        raise NotImplementedError


class Folder(Container):
    """The unpacked bundle."""

    def __init__(self, path: str) -> None:
        super().__init__()
        self._path = path
        self._walk("", 0)

    def _walk(self, inside: str, depth: int) -> None:
        with os.scandir(os.path.join(self._path, inside)) as found:
            entries = sorted(found, key=lambda each: each.name)
        for entry in entries:
            name = inside + entry.name
            require(not entry.is_symlink(), name, "is a link; a bundle has files only")
            require(len(self.sizes) < FILES, name, "is one file too many")
            if entry.is_dir(follow_symlinks=False):
                require(depth < 4, name, "is deeper than a bundle goes")
                self._walk(name + "/", depth + 1)
            else:
                seen = entry.stat(follow_symlinks=False)
                require(stat.S_ISREG(seen.st_mode), name, "is no ordinary file")
                self.sizes[name] = seen.st_size

    def blocks(self, name: str) -> Iterator[bytes]:
        require(name in self.sizes, name, "is missing")
        with open(os.path.join(self._path, *name.split("/")), "rb") as file:
            while True:
                block = file.read(BLOCK)
                if not block:
                    return
                yield block


def whole(container: Container, name: str) -> bytes:
    """A small file. What is too large to be one is refused before it is read."""
    require(name in container.sizes, name, "is missing")
    require(container.sizes[name] <= SMALL, name, "is larger than such a file may be")
    return b"".join(container.blocks(name))


def text_lines(container: Container, name: str) -> Iterator[str]:
    """Lines of a file of any size, each of them bounded. The last one ends, too."""
    rest = b""
    for block in container.blocks(name):
        parts = (rest + block).split(b"\n")
        rest = parts.pop()
        require(len(rest) <= LINE, name, "has a line without end")
        for part in parts:
            yield decoded(part, name)
    require(not rest, name, "ends in the middle of a line")


def decoded(content: bytes, where: str) -> str:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        raise Wrong(where, "is not UTF-8 text") from None


def parsed(text: Union[str, bytes], where: str) -> Any:
    """JSON without doubled members, and without NaN."""
    try:
        return json.loads(text, object_pairs_hook=_once, parse_constant=_refused)
    except (ValueError, RecursionError) as fault:
        raise Wrong(where, "is not strict JSON: {}".format(fault)) from None


def rows(container: Container, name: str) -> Iterator[Any]:
    """A file of one JSON object a line, with the line's name for messages: (where, object)."""
    for number, line in enumerate(text_lines(container, name), 1):
        where = "{} line {}".format(name, number)
        row = parsed(line, where)
        require(isinstance(row, dict), where, "is no object")
        yield where, row


def _once(pairs: List[Any]) -> Dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a member stands twice")
    return members


def _refused(text: str) -> Any:
    raise ValueError(text)


class Digests:
    """SHA-256 and, where this Python can, SM3 of what passes."""

    def __init__(self) -> None:
        self.size = 0
        self._sha256, self._sm3 = hashlib.sha256(), new_sm3()

    def update(self, block: bytes) -> None:
        self.size += len(block)
        self._sha256.update(block)
        if self._sm3 is not None:
            self._sm3.update(block)

    def finish(self) -> Any:
        """(sha256, sm3); sm3 is empty where nothing here computes it."""
        sm3 = self._sm3
        if sm3 is None:
            return self._sha256.hexdigest(), ""
        return self._sha256.hexdigest(), (sm3.hexdigest() if hasattr(sm3, "hexdigest") else sm3.finalize().hex())


def new_sm3() -> Any:
    if "sm3" in hashlib.algorithms_available:
        return hashlib.new("sm3")
    try:
        from cryptography.exceptions import UnsupportedAlgorithm
        from cryptography.hazmat.primitives import hashes
    except ImportError:
        return None
    try:
        return hashes.Hash(hashes.SM3())
    except UnsupportedAlgorithm:
        return None


def digests_of(container: Container, name: str) -> Any:
    digests = Digests()
    for block in container.blocks(name):
        digests.update(block)
    return digests.finish()
