"""Photos at rest: AES-256-GCM in frames of 64 KiB, so that a file streams in and any range reads back.

Layout: magic, salt (a key of its own for each file), length and bytes of the sealed facts (JSON), then the frames. The
last frame is marked in its nonce, so that a file cut short does not open as a shorter one.
"""

import hashlib
import json
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from client_sdk.disk import open_private, rename_durably, sync_file
from client_sdk.errors import StoreDamaged

MAGIC = b"ZXF1"
SALT_BYTES = 32
FRAME_BYTES = 64 * 1024
TAG_BYTES = 16
MAX_FACTS_BYTES = 64 * 1024
_FACTS, _MORE, _LAST = 0, 1, 2

KeyOfSalt = Callable[[bytes], bytes]


@dataclass(frozen=True)
class Sealed:
    """What became of a stream of bytes."""

    sha256: str
    size: int


def seal_file(path: Path, content: Iterable[bytes], facts: dict[str, Any], key_of: KeyOfSalt) -> Sealed:
    """Write `content` encrypted and durable under `path`; the name stands only when every byte is on the disk."""
    part = path.with_name(path.name + ".part")
    digest, size = hashlib.sha256(), 0
    with open(part, "wb", opener=open_private) as handle:
        cipher = _write_head(handle, facts, key_of)
        for frame, is_last, number in _frames(content):
            digest.update(frame)
            size += len(frame)
            handle.write(cipher.encrypt(_nonce(_LAST if is_last else _MORE, number), frame, MAGIC))
        handle.flush()
        sync_file(handle.fileno())
    rename_durably(part, path)
    return Sealed(digest.hexdigest(), size)


def _write_head(handle: BinaryIO, facts: dict[str, Any], key_of: KeyOfSalt) -> AESGCM:
    salt = os.urandom(SALT_BYTES)
    cipher = AESGCM(key_of(salt))
    sealed = cipher.encrypt(_nonce(_FACTS, 0), json.dumps(facts).encode(), MAGIC)
    handle.write(MAGIC + salt + len(sealed).to_bytes(4) + sealed)
    return cipher


def _frames(content: Iterable[bytes]) -> Iterator[tuple[bytes, bool, int]]:
    """Whole frames with the last one marked; an empty stream is one empty last frame."""
    waiting, number = bytearray(), 0
    for piece in content:
        waiting += piece
        while len(waiting) > FRAME_BYTES:
            yield bytes(waiting[:FRAME_BYTES]), False, number
            del waiting[:FRAME_BYTES]
            number += 1
    yield bytes(waiting), True, number


def _nonce(mark: int, number: int) -> bytes:
    return bytes([mark, 0, 0, 0]) + number.to_bytes(8)


class SealedFile:
    """Reads one sealed file; a context manager."""

    def __init__(self, path: Path, key_of: KeyOfSalt) -> None:
        """Raises StoreDamaged when this is no sealed file of ours, or cut short inside its head."""
        self._name = path.name
        try:
            self._handle = open(path, "rb")  # noqa: SIM115 - closed by close(), whose context manager this class is
        except FileNotFoundError:
            raise StoreDamaged(what=self._name) from None
        try:
            self._read_head(key_of)
        except BaseException:
            self._handle.close()
            raise

    def _read_head(self, key_of: KeyOfSalt) -> None:
        head = self._handle.read(len(MAGIC) + SALT_BYTES + 4)
        length = int.from_bytes(head[-4:])
        if len(head) != len(MAGIC) + SALT_BYTES + 4 or not head.startswith(MAGIC) or length > MAX_FACTS_BYTES:
            raise StoreDamaged(what=self._name)
        self._cipher = AESGCM(key_of(head[len(MAGIC) : -4]))
        self.facts: dict[str, Any] = json.loads(self._open(_nonce(_FACTS, 0), self._handle.read(length)))
        self._start = self._handle.tell()
        stored = os.fstat(self._handle.fileno()).st_size - self._start
        self._count = -(-stored // (FRAME_BYTES + TAG_BYTES))
        self.size = stored - self._count * TAG_BYTES

    def __enter__(self) -> "SealedFile":
        return self

    def __exit__(self, *_: object) -> None:
        self._handle.close()

    def read(self, offset: int, length: int) -> bytes:
        """Up to `length` bytes of the original from `offset` on; fewer only at its end."""
        first, last = offset // FRAME_BYTES, (offset + length - 1) // FRAME_BYTES
        found = b"".join(self._frame(number) for number in range(first, min(last, self._count - 1) + 1))
        return found[offset - first * FRAME_BYTES :][:length]

    def pieces(self) -> Iterator[bytes]:
        """The whole original, verified frame by frame. Raises StoreDamaged where it is not what was written."""
        for number in range(self._count):
            yield self._frame(number)
        if self._count == 0:
            raise StoreDamaged(what=self._name)

    def _frame(self, number: int) -> bytes:
        self._handle.seek(self._start + number * (FRAME_BYTES + TAG_BYTES))
        mark = _LAST if number == self._count - 1 else _MORE
        return self._open(_nonce(mark, number), self._handle.read(FRAME_BYTES + TAG_BYTES))

    def _open(self, nonce: bytes, sealed: bytes) -> bytes:
        try:
            return self._cipher.decrypt(nonce, sealed, MAGIC)
        except (InvalidTag, ValueError):
            raise StoreDamaged(what=self._name) from None
