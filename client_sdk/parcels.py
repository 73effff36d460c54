"""What this device owes the court as one sealed file, for another hand to carry (protocol.md, section 16).

Only the court can open it and only this device can have made it; a carrier sees neither acts nor photographs.
"""

import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BufferedReader
from itertools import chain
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from client_sdk import disk, wire
from client_sdk.carrying import ReadParcel
from client_sdk.errors import InvalidRecord
from client_sdk.holdings import Holdings
from client_sdk.identity import Identity
from client_sdk.outbox import LoggedOperation
from client_sdk.steps import Step
from client_sdk.views import Parcel

MAGIC, PURPOSE = b"ZXP1", b"zhixing-parcel-1"
FRAME_BYTES = 64 * 1024
PIECE_BYTES = 256 * 1024
BATCH_BYTES = 4 * 1024 * 1024
_MORE, _LAST = 0, 1


@dataclass(frozen=True)
class _Contents:
    first_seq: int
    last_seq: int
    batches: list[dict[str, Any]]
    files: list[tuple[str, int]]

    def manifest(self) -> bytes:
        files = [{"sha256": sha256, "size": size} for sha256, size in self.files]
        return json.dumps({"batches": self.batches, "files": files}, separators=(",", ":")).encode()


def export_parcel(holdings: Holdings, path: Path) -> Parcel:
    """Write it durable under `path`: all that the court does not safely hold. Raises StorageFull."""
    contents = _contents(holdings)
    digest, size = _written(holdings, contents, path)
    operations = contents.last_seq - contents.first_seq + 1
    return Parcel(digest, size, operations, len(contents.files), contents.first_seq, contents.last_seq)


def _written(holdings: Holdings, contents: _Contents, path: Path) -> tuple[str, int]:
    part, digest, size = path.with_name(path.name + ".part"), hashlib.sha256(), 0
    try:
        with disk.faults_named(path.parent), open(part, "wb", opener=disk.open_private) as handle:
            for piece in _pieces(holdings, contents):
                handle.write(piece)
                digest.update(piece)
                size += len(piece)
            handle.flush()
            disk.sync_file(handle.fileno())
            disk.rename_durably(part, path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    return digest.hexdigest(), size


def _contents(holdings: Holdings) -> _Contents:
    """From the first number on that is not safe, and the files of acts that are, where they are not."""
    statement, head = holdings.require_statement(), holdings.outbox.head().seq
    # Called safe before a restore and let go of: its proof goes with a push, and a parcel waits for that.
    hole = holdings.letting_go.hole_after(statement.safe_seq)
    safe = (hole.first_seq - 1, hole.prev_hash) if hole else (statement.safe_seq, statement.safe_hash)
    batches, (reached, prev_hash) = list[dict[str, Any]](), safe
    while operations := holdings.outbox.after(reached, wire.MAX_OPERATIONS, BATCH_BYTES):
        batches.append(_batch(operations, prev_hash))
        reached, prev_hash = operations[-1].seq, operations[-1].hash
    files = holdings.captures.files_of(holdings.identity.incarnation, holdings.unsafe().seqs)
    return _Contents(safe[0] + 1, head, batches, files)


def _batch(operations: list[LoggedOperation], prev_hash: str) -> dict[str, Any]:
    framed = [
        {
            "seq": each.seq,
            "body": wire.to_base64(each.body),
            "hash": each.hash,
            "signature": wire.to_base64(each.signature),
        }
        for each in operations
    ]
    return {"first_seq": operations[0].seq, "prev_hash": prev_hash, "operations": framed}


def _pieces(holdings: Holdings, contents: _Contents) -> Iterator[bytes]:
    """The parcel from its first byte to the signature over all the others."""
    who, ephemeral = holdings.identity, X25519PrivateKey.generate()
    head = _head(who, contents, ephemeral.public_key().public_bytes_raw())
    digest = hashlib.sha256()
    sealed = _sealed(_plain(holdings, contents), _key(who, ephemeral, head))
    for piece in chain([MAGIC + len(head).to_bytes(4) + head], sealed):
        digest.update(piece)
        yield piece
    yield wire.sign(who.key, PURPOSE + digest.digest())


def _head(who: Identity, contents: _Contents, ephemeral: bytes) -> bytes:
    members = {
        "v": 1,
        "court": str(who.certificate.court),
        "device": str(who.device),
        "incarnation": who.incarnation,
        "first_seq": contents.first_seq,
        "last_seq": contents.last_seq,
        "ephemeral": wire.to_base64(ephemeral),
        "certificate": who.certificate.text,
    }
    return json.dumps(members, separators=(",", ":")).encode()


def _key(who: Identity, ephemeral: X25519PrivateKey, head: bytes) -> AESGCM:
    shared = ephemeral.exchange(X25519PublicKey.from_public_bytes(who.escrow_key))
    info = PURPOSE + ephemeral.public_key().public_bytes_raw() + who.escrow_key + hashlib.sha256(head).digest()
    return AESGCM(HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=info).derive(shared))


def _plain(holdings: Holdings, contents: _Contents) -> Iterator[bytes]:
    manifest = contents.manifest()
    yield len(manifest).to_bytes(4) + manifest
    for sha256, size in contents.files:
        for offset in range(0, size, PIECE_BYTES):
            yield holdings.captures.read(sha256, offset, min(PIECE_BYTES, size - offset))


def _sealed(plain: Iterator[bytes], cipher: AESGCM) -> Iterator[bytes]:
    waiting, number = bytearray(), 0
    for piece in plain:
        waiting += piece
        while len(waiting) > FRAME_BYTES:
            yield cipher.encrypt(_nonce(_MORE, number), bytes(waiting[:FRAME_BYTES]), MAGIC)
            del waiting[:FRAME_BYTES]
            number += 1
    yield cipher.encrypt(_nonce(_LAST, number), bytes(waiting), MAGIC)


def _nonce(mark: int, number: int) -> bytes:
    return bytes([mark, 0, 0, 0]) + number.to_bytes(8)


class Brought:
    """Somebody's parcel, open for reading."""

    def __init__(self, handle: BufferedReader) -> None:
        self._handle = handle
        self.sha256 = hashlib.file_digest(handle, "sha256").hexdigest()
        self.size = handle.tell()

    def performer(self, otherwise: Callable[[Step[Any]], Any]) -> Callable[[Step[Any]], Any]:
        """Reads this file for the flow, and leaves every other step to the store."""
        return lambda step: self._read(step) if isinstance(step, ReadParcel) else otherwise(step)

    def _read(self, step: ReadParcel) -> bytes:
        self._handle.seek(step.offset)
        return self._handle.read(step.length)


@contextmanager
def opened(path: Path) -> Iterator[Brought]:
    """Raises InvalidRecord for what cannot be read or is no parcel at all."""
    try:
        handle = open(path, "rb")  # noqa: SIM115 - closed below
    except OSError as fault:
        raise InvalidRecord("unreadable_file", f"/{path.name}", note=fault.strerror or "") from fault
    with handle:
        if handle.read(len(MAGIC)) != MAGIC:
            raise InvalidRecord("not_a_parcel", f"/{path.name}")
        handle.seek(0)
        yield Brought(handle)
