"""Does a batch continue this device's log? Pure: hashes and signatures, nothing of what a body means.

Every hash is recomputed, for what is already acknowledged too: a device's word on its own chain is never taken.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NoReturn
from uuid import UUID

from server.common.schemes import verify_bytes
from server.sync.chain import head_bytes, link
from server.sync.envelope import Envelope, Framed


@dataclass(frozen=True, slots=True)
class LogHead:
    """A device's log as the server knows it; `hashes` holds h_n from the batch's first link to the end."""

    court: UUID
    device: UUID
    incarnation: int
    alg: str
    public_key: bytes
    acked_seq: int
    hashes: Mapping[int, bytes]


class SequenceGap(Exception):
    """The batch begins above the next number."""


class ChainDamaged(Exception):
    """A hash, link or signature does not fit; `seq` is the first operation that shows it."""

    def __init__(self, seq: int, reason: str) -> None:
        super().__init__(f"{reason} at {seq}")
        self.seq = seq
        self.reason = reason


class LogForked(Exception):
    """The device has signed another history; `branch` is this batch's part of it.

    `seq` is where this batch shows two hashes, the kept log's and the other; `is_joined` is whether all of the branch
    before this batch is held.
    """

    def __init__(self, branch: Sequence[Framed], seq: int, hashes: tuple[bytes, bytes], *, is_joined: bool) -> None:
        super().__init__(f"fork at {seq}")
        self.branch = branch
        self.seq = seq
        self.kept, self.other = hashes
        self.is_joined = is_joined


def require_continuation(log: LogHead, envelope: Envelope, is_on_a_branch: Callable[[], bool]) -> None:
    """Raises SequenceGap, ChainDamaged or LogForked; afterwards what stands above `acked_seq` may be stored.

    `is_on_a_branch` tells whether the batch goes on from a head of the fork table; asked only where that matters.
    """
    is_gap = envelope.first_seq > log.acked_seq + 1
    if is_gap and not is_on_a_branch():
        raise SequenceGap
    _require_links(log, envelope)
    _require_signature(log, envelope.operations)
    before = log.hashes.get(envelope.first_seq - 1)
    if is_gap or before not in (None, envelope.prev_hash):
        _raise_other_start(log, envelope, before, is_on_a_branch)
    _require_one_history(log, envelope)


def _raise_other_start(
    log: LogHead, envelope: Envelope, before: bytes | None, is_on_a_branch: Callable[[], bool]
) -> NoReturn:
    """The batch begins on another history already."""
    if not envelope.operations or envelope.first_seq == 1:
        raise ChainDamaged(envelope.first_seq, "link_mismatch")
    hashes = before or log.hashes[log.acked_seq], envelope.prev_hash
    raise LogForked(envelope.operations, envelope.first_seq - 1, hashes, is_joined=is_on_a_branch())


def _require_links(log: LogHead, envelope: Envelope) -> None:
    head = envelope.prev_hash
    for each in envelope.operations:
        head = link(head, log.device, log.incarnation, each.seq, each.body)
        if head != each.hash:
            raise ChainDamaged(each.seq, "hash_mismatch")


def _require_signature(log: LogHead, operations: Sequence[Framed]) -> None:
    """The last signed head covers all before it; only when it fails are the others asked."""
    if operations and not _is_signed(log, operations[-1]):
        raise ChainDamaged(next(each.seq for each in operations if not _is_signed(log, each)), "signature_invalid")


def _is_signed(log: LogHead, each: Framed) -> bool:
    head = head_bytes(log.court, log.device, log.incarnation, each.seq, each.hash)
    return verify_bytes(log.public_key, log.alg, head, each.signature)


def _require_one_history(log: LogHead, envelope: Envelope) -> None:
    """Of what is in a lost range nothing is known; everything else acknowledged must be the same."""
    for index, each in enumerate(envelope.operations):
        kept = log.hashes.get(each.seq, each.hash)
        if kept != each.hash:
            raise LogForked(envelope.operations[index:], each.seq, (kept, each.hash), is_joined=True)
