"""The ledger in a bundle: the case's entries in full, and of every place between them and the head two hashes.

The hashes of other entries disclose nothing: a view holds a random identifier, facts are salted.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from server.bundle.faults import not_whole
from server.bundle.matter import Matter
from server.bundle.verifier.chains import ENTRIES, LINKS
from server.bundle.writing import BundleWriter
from server.common.signing import encode_base64
from server.ledger import hashing
from server.ledger.models import Entry
from server.ledger.queries import HeadState
from server.ledger.verify import ERASED, erased_hashes

LINKS_AT_ONCE = 512


@dataclass(frozen=True, slots=True)
class Extract:
    """Where the part of the chain begins and ends; the signed word carries it."""

    stream: str
    first: int
    before: str
    head: HeadState
    positions: list[int]


def extract_of(matter: Matter, head: HeadState) -> Extract:
    positions = list(matter.entries.values_list("position", flat=True))
    first = positions[0]
    before = Entry.objects.filter(stream=matter.stream, position=first - 1).values_list("hash", flat=True).first()
    return Extract(matter.stream, first, before or hashing.ZERO.hex(), head, positions)


def write_ledger(writer: BundleWriter, matter: Matter, extract: Extract) -> None:
    erased = erased_facts(extract)
    writer.add_rows(ENTRIES, (_row(entry, erased) for entry in matter.entries.iterator(chunk_size=500)))
    size = (extract.head.position - extract.first + 1) * 64
    writer.add(LINKS, _blocks(_links(extract, erased)), size=size)


def erased_facts(extract: Extract) -> Mapping[int, str]:
    """What later entries of the chain say was the hash of facts that were erased, by position."""
    views = Entry.objects.filter(stream=extract.stream, kind=ERASED).values_list("view", flat=True)
    return erased_hashes(views.iterator())


def _row(entry: Entry, erased: Mapping[int, str]) -> dict[str, Any]:
    place = {"position": entry.position, "hash": entry.hash, "view": entry.view}
    if not entry.salt:
        return {**place, "facts_hash": erased.get(entry.position, "")}
    return {**place, "facts": entry.facts, "salt": encode_base64(bytes(entry.salt))}


def _links(extract: Extract, erased: Mapping[int, str]) -> Iterator[bytes]:
    places = Entry.objects.filter(stream=extract.stream, position__gte=extract.first)
    rows = places.filter(position__lte=extract.head.position).order_by("position")
    digest, position = bytes.fromhex(extract.before), extract.first - 1
    for entry in rows.iterator(chunk_size=2000):
        position += 1
        view, facts = hashing.view_hash(entry.view.encode()), _facts_hash(entry, erased)
        digest = hashing.entry_hash(digest, extract.stream, position, view, facts)
        if (entry.position, entry.hash) != (position, digest.hex()):
            raise not_whole(f"{extract.stream} {position}")
        yield view + facts
    if (position, digest.hex()) != (extract.head.position, extract.head.hash):
        raise not_whole(f"{extract.stream} {position}")


def _facts_hash(entry: Entry, erased: Mapping[int, str]) -> bytes:
    if entry.salt:
        return hashing.facts_hash(bytes(entry.salt), entry.facts.encode())
    if entry.position not in erased:
        raise not_whole(f"{entry.stream} {entry.position}")
    return bytes.fromhex(erased[entry.position])


def _blocks(links: Iterator[bytes]) -> Iterator[bytes]:
    """A write for many links instead of one for each."""
    gathered: list[bytes] = []
    for each in links:
        gathered.append(each)
        if len(gathered) == LINKS_AT_ONCE:
            yield b"".join(gathered)
            gathered.clear()
    yield b"".join(gathered)
