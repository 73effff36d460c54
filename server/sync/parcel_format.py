"""The bytes of a parcel (docs/reference/protocol.md, section 16), read as a stream and refused at the first fault.

magic, length and head in clear; frames of 64 KiB encrypted to the court; the author's signature over all of it.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from server.common.ijson import NotIJson, parse_object
from server.common.members import read_count, read_uuid
from server.common.schemes import verify_bytes
from server.common.signing import SignatureError, decode_base64

MAGIC = b"ZXP1"
SIGNED = b"zhixing-parcel-1"
SIGNATURE_BYTES, FRAME_BYTES, TAG_BYTES = 64, 64 * 1024, 16
MAX_HEAD_BYTES, MAX_MANIFEST_BYTES = 128 * 1024, 64 * 1024 * 1024
_MORE, _LAST = 0, 1
_MAX_SEQ = 2**53 - 1


class ParcelDamaged(Exception):
    """Not a parcel, or not as its author closed it; the message is the reason, a stable word."""


@dataclass(frozen=True, slots=True)
class Head:
    court: UUID
    device: UUID
    incarnation: int
    first_seq: int
    last_seq: int
    """One below `first_seq` where the parcel brings files alone."""
    ephemeral: bytes
    certificate: str
    raw: bytes

    @property
    def hash(self) -> bytes:
        return hashlib.sha256(self.raw).digest()


class Source:
    """Reads exactly so many bytes of a stream of blocks."""

    def __init__(self, blocks: Iterator[bytes]) -> None:
        self._blocks, self._rest = blocks, b""

    def take(self, count: int) -> bytes:
        """Fewer only at the end."""
        pieces, missing = [self._rest], count - len(self._rest)
        while missing > 0 and (block := next(self._blocks, b"")):
            pieces.append(block)
            missing -= len(block)
        whole = b"".join(pieces)
        self._rest = whole[count:]
        return whole[:count]

    def exactly(self, count: int) -> bytes:
        found = self.take(count)
        if len(found) != count:
            raise ParcelDamaged("cut_short")
        return found


def read_head(source: Source) -> Head:
    if source.take(len(MAGIC)) != MAGIC:
        raise ParcelDamaged("not_a_parcel")
    length = int.from_bytes(source.exactly(4))
    if not 0 < length <= MAX_HEAD_BYTES:
        raise ParcelDamaged("head_invalid")
    raw = source.exactly(length)
    try:
        return _head(parse_object(raw), raw)
    except (NotIJson, SignatureError, KeyError, TypeError):
        raise ParcelDamaged("head_invalid") from None


def _head(members: dict[str, Any], raw: bytes) -> Head:
    if members["v"] != 1 or not isinstance(members["certificate"], str):
        raise ParcelDamaged("version_unknown")
    first_seq = read_count(members, "first_seq", 1, _MAX_SEQ)
    return Head(
        court=read_uuid(members, "court"),
        device=read_uuid(members, "device"),
        incarnation=read_count(members, "incarnation", 1, 2**32 - 1),
        first_seq=first_seq,
        last_seq=read_count(members, "last_seq", first_seq - 1, _MAX_SEQ),
        ephemeral=decode_base64(members["ephemeral"]),
        certificate=members["certificate"],
        raw=raw,
    )


def require_signature(blocks: Iterator[bytes], *, public_key: bytes, alg: str) -> None:
    """The whole, as its author closed it. Raises ParcelDamaged `signature_invalid`."""
    digest, tail = hashlib.sha256(), b""
    for block in blocks:
        tail += block
        digest.update(tail[:-SIGNATURE_BYTES])
        tail = tail[-SIGNATURE_BYTES:]
    if len(tail) != SIGNATURE_BYTES or not verify_bytes(public_key, alg, SIGNED + digest.digest(), tail):
        raise ParcelDamaged("signature_invalid")


def content_of(source: Source, size: int, key: bytes) -> Iterator[bytes]:
    """The decrypted frames; `size` is what is left between head and signature. Raises ParcelDamaged `not_for_us`."""
    cipher, number = AESGCM(key), 0
    while size > 0:
        sealed = source.exactly(min(size, FRAME_BYTES + TAG_BYTES))
        size -= len(sealed)
        try:
            yield cipher.decrypt(_nonce(_MORE if size else _LAST, number), sealed, MAGIC)
        except (InvalidTag, ValueError):
            raise ParcelDamaged("not_for_us") from None
        number += 1


def _nonce(mark: int, number: int) -> bytes:
    return bytes([mark, 0, 0, 0]) + number.to_bytes(8)


def read_manifest(content: Source) -> dict[str, Any]:
    length = int.from_bytes(content.exactly(4))
    if length > MAX_MANIFEST_BYTES:
        raise ParcelDamaged("manifest_too_large")
    try:
        return parse_object(content.exactly(length))
    except NotIJson:
        raise ParcelDamaged("manifest_invalid") from None
