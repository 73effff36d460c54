"""Does a stream's chain hold? Recomputed from the stored texts, trusting no column."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

from server.common.clock import to_wire
from server.ledger import hashing
from server.ledger.models import Entry, Head


@dataclass(frozen=True, slots=True)
class VerifyReport:
    stream: str
    entries: int
    """How many entries hold, from the first on."""
    fault: str
    """Empty where the whole chain holds; otherwise a code for the first entry that does not."""

    @property
    def is_sound(self) -> bool:
        return not self.fault


def verify_stream(stream: str) -> VerifyReport:
    """Walk the stream from its first entry to its head. Run it in a snapshot while others write."""
    head = Head.objects.filter(stream=stream).first()
    if head is None:
        return VerifyReport(stream, 0, "stream_unknown")
    position, digest = 0, hashing.ZERO
    for entry in _entries(stream):
        fault = _fault_of(entry, position, digest)
        if fault:
            return VerifyReport(stream, position, fault)
        position, digest = entry.position, bytes.fromhex(entry.hash)
    ends_at_head = (position, digest.hex()) == (head.position, head.hash)
    return VerifyReport(stream, position, "" if ends_at_head else "head_differs")


def _entries(stream: str) -> Iterator[Entry]:
    return Entry.objects.filter(stream=stream).order_by("position").iterator(chunk_size=2000)


def _fault_of(entry: Entry, position: int, prev: bytes) -> str:
    if entry.position != position + 1:
        return "position_missing"
    view, facts = entry.view.encode(), entry.facts.encode()
    digest = hashing.entry_hash(
        prev,
        entry.stream,
        entry.position,
        hashing.view_hash(view),
        hashing.facts_hash(bytes(entry.salt), facts),
    )
    if digest.hex() != entry.hash:
        return "hash_differs"
    return "" if _columns_agree(entry) else "columns_differ"


def _columns_agree(entry: Entry) -> bool:
    view = json.loads(entry.view)
    subject = (view["subject"] or {}).get("id")
    said = (view["entry"], view["stream"], view["position"], view["kind"], view["at"], subject)
    held = (str(entry.id), entry.stream, entry.position, entry.kind, to_wire(entry.appended_at))
    return said == (*held, str(entry.subject_id) if entry.subject_id else None)
