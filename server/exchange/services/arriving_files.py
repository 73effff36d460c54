"""Files on their way here: bytes at their offset, verified from storage, and only then a paper or a photograph."""

import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from typing import IO

from django.db import transaction

from server.common.clock import now
from server.common.errors import DomainError
from server.evidence.media_types import HEAD_BYTES, detect
from server.evidence.services.papers import store_paper
from server.evidence.services.verification import record_file
from server.evidence.store import BlobStore, current_store
from server.exchange.models import WantedFile
from server.matters.services.papers import take_arrived
from server.matters.told import PaperTold

PIECE = 4 * 1024 * 1024
FAILURES_TO_REFUSE = 5
SOON = timedelta(seconds=2)
_IN_MEMORY_BYTES = 4 * 1024 * 1024
HASH_DIFFERS, NOT_GIVEN = "hash_differs", "not_given"


def take_piece(wanted: WantedFile, content: bytes) -> None:
    """The bytes from `wanted.offset` on; with the last ones it is verified. Raises StoreUnavailable."""
    content = content[: wanted.size - wanted.offset]
    part = current_store().put_part(content)
    wanted.parts, wanted.offset = [*wanted.parts, part], wanted.offset + len(content)
    wanted.save(update_fields=["parts", "offset"])
    if wanted.offset >= wanted.size:
        verify(wanted)


def take_whole(wanted: WantedFile, content: IO[bytes]) -> None:
    """All of it, as a carrier brought it; what had come before by another way is left. Raises StoreUnavailable."""
    _begin_again(wanted)
    while wanted.state == WantedFile.State.WANTED and (block := content.read(PIECE)):
        take_piece(wanted, block)


def verify(wanted: WantedFile) -> bool:
    """By what storage gives back. Other bytes are forgotten, and asked for again."""
    blobs, digest = current_store(), hashlib.sha256()
    for block in _blocks(blobs, wanted.parts):
        digest.update(block)
    if digest.hexdigest() != wanted.sha256:
        note_failure(wanted, HASH_DIFFERS)
        _begin_again(wanted)
        return False
    try:
        _keep(wanted, blobs)
    except DomainError as refused:
        give_up(wanted, refused.code)
        return False
    blobs.discard(wanted.parts)
    return True


def _keep(wanted: WantedFile, blobs: BlobStore) -> None:
    if wanted.part == WantedFile.Part.ACT:
        _keep_evidence(wanted, blobs)
    else:
        _keep_paper(wanted, blobs)


def _blocks(blobs: BlobStore, parts: list[str]) -> Iterator[bytes]:
    for part in parts:
        yield from blobs.read_part(part)


def _keep_evidence(wanted: WantedFile, blobs: BlobStore) -> None:
    with closing(blobs.read_part(wanted.parts[0])) as first:
        head = next(first, b"")[:HEAD_BYTES]
    blobs.keep(blobs.assemble(wanted.parts), wanted.sha256)
    with transaction.atomic():
        record_file(wanted.sha256, wanted.size, detect(head))
        _note_arrival(wanted)


def _keep_paper(wanted: WantedFile, blobs: BlobStore) -> None:
    with tempfile.SpooledTemporaryFile(_IN_MEMORY_BYTES) as spooled:
        for block in _blocks(blobs, wanted.parts):
            spooled.write(block)
        spooled.seek(0)
        store_paper(spooled)
    is_result = wanted.part == WantedFile.Part.RESULT
    with transaction.atomic():
        told = PaperTold.model_validate(wanted.told)
        take_arrived(wanted.thread.matter_id, told, is_result=is_result, added_at=min(wanted.told_at, now()))
        _note_arrival(wanted)


def _note_arrival(wanted: WantedFile) -> None:
    wanted.state, wanted.arrived_at, wanted.fault = WantedFile.State.ARRIVED.value, now(), ""
    wanted.save(update_fields=["state", "arrived_at", "fault"])


def _begin_again(wanted: WantedFile) -> None:
    current_store().discard(wanted.parts)
    wanted.parts, wanted.offset = [], 0
    wanted.save(update_fields=["parts", "offset"])


def note_failure(wanted: WantedFile, fault: str) -> None:
    """Later again; after some of them a person has to look."""
    wanted.failures += 1
    wanted.fault, wanted.next_attempt_at = fault, now() + timedelta(seconds=min(2.0**wanted.failures, 3600.0))
    if wanted.failures >= FAILURES_TO_REFUSE:
        wanted.state = WantedFile.State.REFUSED.value
    wanted.save(update_fields=["failures", "fault", "next_attempt_at", "state"])


def give_up(wanted: WantedFile, fault: str) -> None:
    """What no second attempt makes good: it is shown as not given, and holds up no other."""
    _begin_again(wanted)
    wanted.state, wanted.fault = WantedFile.State.REFUSED.value, fault[:60]
    wanted.save(update_fields=["state", "fault"])


def put_off(wanted: WantedFile, fault: str) -> None:
    """Behind all others that are wanted, with no failure of its own."""
    wanted.fault, wanted.next_attempt_at = fault[:60], now() + SOON
    wanted.save(update_fields=["fault", "next_attempt_at"])
