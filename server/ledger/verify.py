"""Does a stream's chain hold? Recomputed from the stored texts, trusting no column.

Facts that were erased have left their hash in a later entry of kind `facts_erased`, which is of the chain itself.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from server.common.clock import to_wire
from server.ledger import hashing
from server.ledger.models import Entry, Head

ERASED = "facts_erased"
NOTHING: Mapping[int, str] = {}


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


def verify_stream(stream: str, *, last: int | None = None) -> VerifyReport:
    """Walk the stream from its first entry to its head, or only its `last` ones. In a snapshot while others write."""
    head = Head.objects.filter(stream=stream).first()
    if head is None:
        return VerifyReport(stream, 0, "stream_unknown")
    before = max(0, head.position - last) if last is not None else 0
    anchor = Entry.objects.filter(stream=stream, position=before).values_list("hash", flat=True).first()
    if before and anchor is None:
        return VerifyReport(stream, 0, "position_missing")
    entries = Entry.objects.filter(stream=stream, position__gt=before).order_by("position")
    erased = erased_hashes(entries.filter(kind=ERASED).values_list("view", flat=True))
    return verify_entries(head, entries.iterator(chunk_size=2000), after=(before, anchor), erased=erased)


def erased_hashes(views: Iterable[str]) -> dict[int, str]:
    """By position, what the entries that tell of erasing say was the hash of the facts."""
    return {each["position"]: each["facts_hash"] for view in views for each in json.loads(view)["erased"]}


def verify_entries(
    head: Head,
    entries: Iterable[Entry],
    *,
    after: tuple[int, str | None] = (0, None),
    erased: Mapping[int, str] = NOTHING,
) -> VerifyReport:
    """The same for entries from anywhere, in order: a copy's, too. `after`: position and hash they continue."""
    position, digest = after[0], bytes.fromhex(after[1]) if after[1] else hashing.ZERO
    for entry in entries:
        fault = _fault_of(entry, position, digest, erased)
        if fault:
            return VerifyReport(head.stream, position, fault)
        position, digest = entry.position, bytes.fromhex(entry.hash)
    ends_at_head = (position, digest.hex()) == (head.position, head.hash)
    return VerifyReport(head.stream, position, "" if ends_at_head else "head_differs")


def _fault_of(entry: Entry, position: int, prev: bytes, erased: Mapping[int, str]) -> str:
    if entry.position != position + 1:
        return "position_missing"
    facts = _facts_hash(entry, erased)
    if facts is None:
        return "facts_missing"
    view = hashing.view_hash(entry.view.encode())
    digest = hashing.entry_hash(prev, entry.stream, entry.position, view, facts)
    if digest.hex() != entry.hash:
        return "hash_differs"
    return "" if _columns_agree(entry) else "columns_differ"


def _facts_hash(entry: Entry, erased: Mapping[int, str]) -> bytes | None:
    """None where they are gone and nothing in the chain tells of it."""
    if entry.salt:
        return hashing.facts_hash(bytes(entry.salt), entry.facts.encode())
    left = "" if entry.facts else erased.get(entry.position, "")
    return bytes.fromhex(left) if left else None


def _columns_agree(entry: Entry) -> bool:
    view = json.loads(entry.view)
    subject = (view["subject"] or {}).get("id")
    said = (view["entry"], view["stream"], view["position"], view["kind"], view["at"], subject)
    held = (str(entry.id), entry.stream, entry.position, entry.kind, to_wire(entry.appended_at))
    return said == (*held, str(entry.subject_id) if entry.subject_id else None)
