"""What this device knows: units as the court sent them, replaced whole, a page and its cursor in one transaction."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from client_sdk import wire
from client_sdk.clock import from_wire, to_wire
from client_sdk.database import Database
from client_sdk.pages import Page
from client_sdk.reading import READ_UNITS, Reading, keep_recording_context

# A server that counts differently must not make us fetch everything on every sync.
DIGEST_RESET_INTERVAL = timedelta(hours=1)

HasUnsafeWork = Callable[[str], bool]
"""Is there work on this case that the court does not hold safely?"""


@dataclass(frozen=True)
class Bookmark:
    """Where the replica stands."""

    cursor: str | None = None
    round: int = 0
    """Rises with each answer that builds on nothing; units of an older round are swept when that one is complete."""
    is_sweeping: bool = False
    complete_seq: int = 0
    """Acknowledged number of the last complete pull: every unit reflects our operations up to there."""
    as_of: str | None = None
    digest_reset_at: str | None = None


@dataclass(frozen=True)
class Applied:
    """What one page did."""

    received: int
    removed: int
    is_digest_right: bool
    is_overtaken: bool = False
    """What the page builds on is gone, since reading ended while it was on its way: nothing of it was applied."""


@dataclass(frozen=True)
class Unit:
    id: str
    tag: str
    base_seq: int
    """Operations up to here are in `data` already."""
    data: Mapping[str, Any]


@dataclass(frozen=True)
class RecordingContext:
    assignment_no: int | None
    tag: str
    nodes: list[str]


class Replica:
    def __init__(self, database: Database, reading: Reading) -> None:
        self._database = database
        self._reading = reading

    def bookmark(self) -> Bookmark:
        return Bookmark(**(self._database.meta("replica") or {}))

    def _save(self, bookmark: Bookmark) -> None:
        self._database.set_meta("replica", asdict(bookmark))

    def forget_cursor(self) -> None:
        """The next answer builds on nothing; what is held stays readable until that answer is complete."""
        with self._database.transaction():
            self._save(replace(self.bookmark(), cursor=None))

    def begin_log(self) -> None:
        """Our operations are counted from 1 again: what is held reflects none of these numbers."""
        with self._database.transaction():
            self._database.run("UPDATE unit SET base_seq = 0")
            self._save(replace(self.bookmark(), complete_seq=0))

    def reset_after_digest(self, now: datetime) -> bool:
        """Forget the cursor because the digests differ, once an hour at most; whether it was done."""
        bookmark = self.bookmark()
        last = bookmark.digest_reset_at
        if last is not None and timedelta() <= now - from_wire(last) < DIGEST_RESET_INTERVAL:
            return False
        with self._database.transaction():
            self._save(replace(bookmark, cursor=None, digest_reset_at=to_wire(now)))
        return True

    def apply(self, page: Page, acked_seq: int, has_unsafe_work: HasUnsafeWork) -> Applied:
        """Removals first, then what is new, then the cursor. Call inside the transaction that keeps the statement."""
        bookmark = self.bookmark()
        if page.base not in (None, bookmark.cursor):
            return Applied(0, 0, is_digest_right=True, is_overtaken=True)
        if page.base is None:
            bookmark = replace(bookmark, round=bookmark.round + 1, is_sweeping=True)
        # After a restore a page may reflect less than the last complete pull did.
        bookmark = replace(bookmark, complete_seq=min(bookmark.complete_seq, acked_seq))
        removed = sum(self._remove(type_, id_, has_unsafe_work) for type_, id_ in page.remove)
        for unit in page.put:
            self._put(unit.type, unit.id, unit.tag, unit.data, acked_seq, bookmark.round)
        self._take_reviews(page)
        bookmark = replace(bookmark, cursor=page.cursor)
        if page.is_complete:
            removed += self._sweep(bookmark, has_unsafe_work)
            bookmark = replace(bookmark, is_sweeping=False, complete_seq=acked_seq, as_of=to_wire(page.as_of))
            self._erase_leaving(has_unsafe_work)
        self._save(bookmark)
        is_right = not page.is_complete or page.digest in (None, self.digest())
        return Applied(len(page.put), removed, is_right)

    def _put(self, type_: str, id_: str, tag: str, data: Mapping[str, Any], acked_seq: int, round_: int) -> None:
        place = f"unit|{type_}|{id_}"
        seal = self._reading.key.seal if type_ in READ_UNITS else self._database.seal
        sealed = seal(dict(data), place)
        if type_ in READ_UNITS:
            keep_recording_context(self._database, id_, tag, data)
        sql = "INSERT OR REPLACE INTO unit (type, id, tag, base_seq, round, sealed) VALUES (?, ?, ?, ?, ?, ?)"
        self._database.run(sql, type_, id_, tag, acked_seq, round_, sealed)

    def _remove(self, type_: str, id_: str, has_unsafe_work: HasUnsafeWork) -> int:
        """Erase, or seal away what unsafe work still leans on."""
        if type_ in READ_UNITS and has_unsafe_work(id_):
            self._database.run("DELETE FROM recording WHERE case_id = ?", id_)
            return self._database.run("UPDATE unit SET is_leaving = 1 WHERE type = ? AND id = ?", type_, id_)
        return self._erase(type_, id_)

    def _erase(self, type_: str, id_: str) -> int:
        if type_ in READ_UNITS:
            self._database.run("DELETE FROM recording WHERE case_id = ?", id_)
        return self._database.run("DELETE FROM unit WHERE type = ? AND id = ?", type_, id_)

    def _sweep(self, bookmark: Bookmark, has_unsafe_work: HasUnsafeWork) -> int:
        if not bookmark.is_sweeping:
            return 0
        sql = "SELECT type, id FROM unit WHERE round < ? AND is_leaving = 0"
        return sum(self._remove(type_, id_, has_unsafe_work) for type_, id_ in self._database.rows(sql, bookmark.round))

    def _erase_leaving(self, has_unsafe_work: HasUnsafeWork) -> None:
        for type_, id_ in self._database.rows("SELECT type, id FROM unit WHERE is_leaving = 1"):
            if not has_unsafe_work(id_):
                self._erase(type_, id_)

    def _take_reviews(self, page: Page) -> None:
        """Each answer carries all of this device's reviews."""
        self._database.run("DELETE FROM review")
        for review in page.reviews:
            identity = str(review.get("id"))
            sealed = self._reading.key.seal(dict(review), f"review|{identity}")
            self._database.run("INSERT OR REPLACE INTO review VALUES (?, ?)", identity, sealed)

    def reviews(self) -> list[Mapping[str, Any]]:
        self._reading.require()
        rows = self._database.rows("SELECT id, sealed FROM review ORDER BY id")
        return [self._reading.key.unseal(sealed, f"review|{identity}") for identity, sealed in rows]

    def digest(self) -> str:
        return wire.digest(self._database.rows("SELECT type, id, tag FROM unit WHERE is_leaving = 0"))

    def tag(self, type_: str) -> str | None:
        """Of the first unit of a type: equal tags mean equal content, so a reader may keep what it has parsed."""
        found = self._database.rows("SELECT tag FROM unit WHERE type = ? AND is_leaving = 0 ORDER BY id LIMIT 1", type_)
        return str(found[0][0]) if found else None

    def units(self, type_: str) -> list[Unit]:
        self._require(type_)
        sql = "SELECT id, tag, base_seq, sealed FROM unit WHERE type = ? AND is_leaving = 0 ORDER BY id"
        return [self._unit(type_, *row) for row in self._database.rows(sql, type_)]

    def listed_papers(self, *, with_leaving: bool = False) -> list[Mapping[str, Any]]:
        """Members of every paper that a held case or matter lists; with `with_leaving` those of sealed ones too."""
        self._require("case")
        sql = "SELECT type, id, tag, base_seq, sealed FROM unit WHERE type IN ('case', 'matter') AND is_leaving <= ?"
        units = [self._unit(*row) for row in self._database.rows(sql, int(with_leaving))]
        return [paper for unit in units for paper in unit.data.get("papers") or () if isinstance(paper, Mapping)]

    def unit(self, type_: str, id_: str) -> Unit | None:
        self._require(type_)
        sql = "SELECT id, tag, base_seq, sealed FROM unit WHERE type = ? AND id = ? AND is_leaving = 0"
        found = self._database.rows(sql, type_, id_)
        return self._unit(type_, *found[0]) if found else None

    def _unit(self, type_: str, id_: str, tag: str, base_seq: int, sealed: bytes) -> Unit:
        unseal = self._reading.key.unseal if type_ in READ_UNITS else self._database.unseal
        return Unit(id_, tag, base_seq, unseal(sealed, f"unit|{type_}|{id_}"))

    def _require(self, type_: str) -> None:
        if type_ in READ_UNITS:
            self._reading.require()

    def recording_context(self, case_id: str) -> RecordingContext | None:
        """What an act in this case has to name; also when reading has ended."""
        found = self._database.rows("SELECT sealed FROM recording WHERE case_id = ?", case_id)
        return RecordingContext(**self._database.unseal(found[0][0], f"recording|{case_id}")) if found else None
