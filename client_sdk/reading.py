"""May this device show what it holds? Asked before everything that shows, never before anything that records."""

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from client_sdk.clock import Clock
from client_sdk.database import Database
from client_sdk.errors import ReadingEnded, StoreDamaged
from client_sdk.lease import NOTE_EVERY, Lease
from client_sdk.read_key import ReadKey
from client_sdk.sealed_files import SealedFile, seal_file
from client_sdk.store import Store

REVOKED, LEASE_OVER = "revoked", "lease_over"
Ended = Literal["", "revoked", "lease_over"]
READ_UNITS = ("case", "matter")
"""Sealed with the read key. Catalogue and profile are what recording leans on, and tell of no case."""


@dataclass(frozen=True)
class _State:
    lease: Lease | None = None
    ended: str = ""


class Reading:
    """Opening an older store seals what it had pulled anew under a read key, with the unsent acts left as they are."""

    def __init__(self, store: Store) -> None:
        self.key = ReadKey(store.places.read_key, store.vault)
        self._store = store
        self._database: Database = store.database
        self._clock: Clock = store.clock
        self._papers = store.places.papers
        self._state = self._load()

    def require(self) -> None:
        """Raises ReadingEnded, and ends reading where the lease has run out."""
        lease = self._state.lease
        if not self._state.ended and lease is not None and lease.is_over(self._clock):
            self.end(LEASE_OVER)
        if self._state.ended or not self.key.is_here:
            raise ReadingEnded(reason=self._state.ended or LEASE_OVER)
        if lease is not None and lease.time_by(self._clock) - lease.highest > NOTE_EVERY:
            self.note_time(None)

    @property
    def ended(self) -> str:
        return self._state.ended

    @property
    def until(self) -> datetime | None:
        return self._state.lease.until if self._state.lease else None

    def note_time(self, at_least: datetime | None) -> None:
        """What the time has come to; in a transaction of its own or the caller's."""
        if self._state.lease is not None:
            self._save(_State(self._state.lease.seen(self._clock, at_least), self._state.ended))

    def renew(self, until: datetime | None, at: datetime) -> None:
        """The court let this device see what it holds: by a verified answer to a pull, inside its transaction."""
        self.key.make()
        self._save(_State(Lease.given(until, at, self._clock) if until else None))

    def end(self, reason: str) -> None:
        """Key first; what it sealed is noise from then on, and erased."""
        if self._state.ended == REVOKED:
            return
        self.key.destroy()
        self._erase(_State(self._state.lease, reason))

    def _erase(self, state: _State) -> None:
        with self._database.transaction():
            self._save(state)
            self._erase_rows()
        for path in self._papers.iterdir():
            with suppress(OSError):
                path.unlink()

    def _erase_rows(self) -> None:
        self._database.run("DELETE FROM unit WHERE type IN ('case', 'matter')")
        self._database.run("DELETE FROM review")
        bookmark = self._database.meta("replica")
        if bookmark is not None:
            # What comes next builds on nothing.
            self._database.set_meta("replica", {**bookmark, "cursor": None, "as_of": None})

    def _load(self) -> _State:
        found = self._database.rows("SELECT sealed FROM reading WHERE id = 1")
        if not found:
            return self._adopt()
        members = self._database.unseal(found[0][0], "reading")
        lease = Lease.of(members["lease"]) if members["lease"] else None
        state = _State(lease, members["ended"])
        if not state.ended and not self.key.is_here:
            # A crash came between the key's end and the note of it.
            state = _State(lease, LEASE_OVER)
            self._erase(state)
        return state

    def _save(self, state: _State) -> None:
        members = {"lease": state.lease.as_members() if state.lease else None, "ended": state.ended}
        with self._database.transaction():
            sealed = self._database.seal(members, "reading")
            self._database.run("INSERT OR REPLACE INTO reading (id, sealed) VALUES (1, ?)", sealed)
        self._state = state

    def _adopt(self) -> _State:
        """A store from before there was a read key, or a new one. Cut anywhere, it is done again."""
        self.key.make()
        for path in self._papers.iterdir():
            self._reseal(path)
        with self._database.transaction():
            for table, sql, place in _SEALED_BEFORE:
                for row in self._database.rows(sql):
                    self._adopt_row(table, place(row), row)
            self._save(_State())
        return self._state

    def _adopt_row(self, table: str, place: str, row: tuple[Any, ...]) -> None:
        value = self._database.unseal(row[-1], place)
        sealed = self.key.seal(value, place)
        if table == "unit":
            self._database.run("UPDATE unit SET sealed = ? WHERE type = ? AND id = ?", sealed, row[0], row[1])
            if row[0] in READ_UNITS:
                keep_recording_context(self._database, row[1], row[2], value)
        else:
            self._database.run("UPDATE review SET sealed = ? WHERE id = ?", sealed, row[0])

    def _reseal(self, path: Path) -> None:
        anew = path.with_name(path.name + ".part")
        try:
            with SealedFile(path, self._store.vault.file_key) as sealed:
                seal_file(path.with_name(path.name), _held(sealed.pieces()), sealed.facts, self.key.file_key)
        except StoreDamaged:
            return  # sealed anew already, or a piece that is fetched again
        finally:
            with suppress(OSError):
                os.unlink(anew)


def _held(pieces: Iterator[bytes]) -> list[bytes]:
    """All of it before the first byte is written: a paper has 64 MiB at most."""
    return list(pieces)


_SEALED_BEFORE: tuple[Any, ...] = (
    (
        "unit",
        "SELECT type, id, tag, sealed FROM unit WHERE type IN ('case', 'matter')",
        lambda row: f"unit|{row[0]}|{row[1]}",
    ),
    ("review", "SELECT id, sealed FROM review", lambda row: f"review|{row[0]}"),
)


def keep_recording_context(database: Database, case_id: str, tag: str, data: Any) -> None:
    """What an act in this case or matter has to name, under the store's own key: it outlives reading."""
    nodes = [node.get("id") for node in data.get("nodes") or () if isinstance(node, dict)]
    members = {"assignment_no": data.get("assignment_no"), "tag": tag, "nodes": nodes}
    sealed = database.seal(members, f"recording|{case_id}")
    database.run("INSERT OR REPLACE INTO recording (case_id, sealed) VALUES (?, ?)", case_id, sealed)
