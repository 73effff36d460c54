"""The extract of the court's ledger: every place of the chain, and in full the entries that are of the case."""

from __future__ import annotations

import hashlib
from typing import Any, Dict, Iterator, Set

from server.bundle.verifier.reading import Container, parsed, require, rows
from server.bundle.verifier.signed import from_base64

LINKS = "ledger/links.bin"
ENTRIES = "ledger/entries.jsonl"
LINK = 64
PAPER_KINDS = ("paper_added", "paper_issued")
FILM_KIND = "recording_matched"


def sha256(content: bytes) -> bytes:
    return hashlib.sha256(content).digest()


def view_hash(view: str) -> bytes:
    return sha256(b"zhixing-view-1\0" + view.encode())


def facts_hash(salt: bytes, facts: str) -> bytes:
    return sha256(b"zhixing-facts-1\0" + salt + facts.encode())


def entry_hash(before: bytes, stream: str, position: int, view: bytes, facts: bytes) -> bytes:
    name = stream.encode()
    numbered = len(name).to_bytes(2, "big") + name + position.to_bytes(8, "big")
    return sha256(b"zhixing-entry-1" + before + numbered + view + facts)


class Ledger:
    """The chain from the place before `first` to the signed head; hashes are kept for the places asked about."""

    def __init__(self, container: Container, head: Dict[str, Any], asked: Set[int]) -> None:
        self.stream, self.first, self.last = str(head["stream"]), int(head["first"]), int(head["position"])
        self.case, self._positions = str(head["case"]), [int(each) for each in head["entries"]]
        self.before = bytes.fromhex(head["before"])
        self._asked, self._hashes = asked | set(self._positions), {self.first - 1: self.before}
        self.papers: Set[str] = set()
        self.operations: Set[str] = set()
        self.exports: Set[str] = set()
        self.films: Dict[str, str] = {}
        self._walk(container, head)

    def hash_at(self, position: int) -> str:
        """Empty for a place outside the extract."""
        return self._hashes[position].hex() if position in self._hashes else ""

    def is_covered(self, position: int) -> bool:
        return self.first - 1 <= position <= self.last

    def _walk(self, container: Container, head: Dict[str, Any]) -> None:
        entries, digest, position = self._entries(container), self.before, self.first - 1
        ours = next(entries, None)
        for view, facts in self._links(container):
            position += 1
            require(position <= self.last, LINKS, "goes on behind the signed head")
            if ours and ours[0] == position:
                require(ours[1] == view, ours[3], "entry {}: other words than were chained".format(position))
                require(ours[2] == facts, ours[3], "entry {}: other facts than were chained".format(position))
                ours = next(entries, None)
            digest = entry_hash(digest, self.stream, position, view, facts)
            if position in self._asked:
                self._hashes[position] = digest
        require(position == self.last, LINKS, "ends at place {}, the court signed {}".format(position, self.last))
        require(digest.hex() == head["entry_hash"], LINKS, "does not lead to the head that the court signed")
        require(ours is None, ENTRIES, "has entries behind the signed head")

    def _links(self, container: Container) -> Iterator[Any]:
        rest = b""
        for block in container.blocks(LINKS):
            rest += block
            whole = len(rest) - len(rest) % LINK
            for start in range(0, whole, LINK):
                yield rest[start : start + 32], rest[start + 32 : start + LINK]
            rest = rest[whole:]
        require(not rest, LINKS, "is cut in the middle of a link")

    def _entries(self, container: Container) -> Iterator[Any]:
        """(position, view hash, facts hash, where), in order: those the court signed for, all of them, no others."""
        signed = iter(self._positions)
        for where, row in rows(container, ENTRIES):
            position, expected = int(row["position"]), next(signed, None)
            require(expected is not None, where, "entry {} is none the court signed for".format(position))
            if position != expected:
                is_later = position in self._positions
                says = "entry {} stands where entry {} belongs: one is missing, or they were reordered"
                other = "entry {} is none of the case; entry {} belongs here"
                require(False, where, (says if is_later else other).format(position, expected))
            yield position, view_hash(row["view"]), self._facts(row, where), where
            self._read(row, where)
        left = next(signed, None)
        require(left is None, ENTRIES, "entry {} is missing".format(left))

    def _facts(self, row: Dict[str, Any], where: str) -> bytes:
        """Where facts were erased, their hash is left."""
        if "facts" not in row:
            return bytes.fromhex(row["facts_hash"])
        return facts_hash(from_base64(row["salt"], where), row["facts"])

    def _read(self, row: Dict[str, Any], where: str) -> None:
        view = parsed(row["view"], where)
        is_ours = (view["stream"], view["position"]) == (self.stream, row["position"])
        require(is_ours and view["subject"]["id"] == self.case, where, "is an entry of another place or case")
        if view["kind"] in PAPER_KINDS:
            self.papers.add(view["paper"]["sha256"])
        if view["kind"] == FILM_KIND:
            self.films[view["recording"]["sha256"]] = view["recording"]["action"]
        if view["kind"] == "bundle_exported":
            self.exports.add(view["bundle"])
        facts = parsed(row["facts"], where) if "facts" in row else {}
        if isinstance(facts.get("operation"), str):
            self.operations.add(facts["operation"])
