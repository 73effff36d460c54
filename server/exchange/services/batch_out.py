"""Batches out: what a peer has not confirmed, what it is answered, and parts of files it wants, as one zip."""

import contextlib
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from server.common.clock import now, to_wire
from server.common.signing import sign_text
from server.exchange.batch_file import KEYS, MESSAGES, RECEIPTS, WANTS, BatchWriter
from server.exchange.models import LastBatch, OutMessage, Peer
from server.exchange.services.batch_parts import add_parts, wants_of
from server.exchange.services.doors import require_not_cut_off
from server.exchange.texts import BATCH
from server.people.keys import signing_key_of
from server.people.models import Court

MOST_MESSAGES = 1000
FILE_BYTES = 64 * 1024 * 1024
"""Of files in one batch, unless it is told otherwise."""


@dataclass(frozen=True, slots=True)
class Written:
    path: Path
    messages: int
    receipts: int
    wants: int
    parts: int
    bytes: int


def write_batch(*, peer: Peer, court: Court, folder: Path, at_most: int = FILE_BYTES) -> Written:
    """Into this folder, under its own name once it is whole and on the disk. Raises DomainError 403 `exchange_cut_off`,
    OSError, StoreUnavailable."""
    require_not_cut_off(peer)
    told = LastBatch.objects.filter(peer=peer, court=court).first() or LastBatch()
    said = OutMessage.objects.filter(thread__peer=peer, thread__court=court, state=OutMessage.State.WAITING)
    texts = list(said.order_by("pk").values_list("text", flat=True)[:MOST_MESSAGES])
    wants = wants_of(peer, court)
    key, made_at = signing_key_of(court), now()
    with _in_place(folder, f"zhixing-{made_at:%Y%m%dT%H%M%S%f}.zip") as (file, path):
        writer = BatchWriter(file)
        writer.add_lines(KEYS, key.chain)
        writer.add_lines(MESSAGES, texts)
        writer.add_lines(RECEIPTS, told.receipts)
        writer.add_json(WANTS, wants)
        parts = add_parts(writer, peer, court, told.wants, at_most)
        members = {"from": str(court.pk), "to": str(peer.remote_id), "made_at": to_wire(made_at), "kid": key.kid}
        writer.seal(lambda sha256: sign_text(BATCH, {**members, "sha256": sha256}, key.private_key))
        size = file.tell()
    return Written(path, len(texts), len(told.receipts), len(wants), parts, size)


@contextlib.contextmanager
def _in_place(folder: Path, name: str) -> Iterator[tuple[IO[bytes], Path]]:
    """A gate that takes whatever lies there finds it whole, or not at all."""
    handle, draft = tempfile.mkstemp(prefix=".", suffix=".part", dir=folder)
    try:
        with os.fdopen(handle, "w+b") as file:
            yield file, folder / name
            file.flush()
            os.fsync(file.fileno())
        Path(draft).replace(folder / name)
    finally:
        Path(draft).unlink(missing_ok=True)
