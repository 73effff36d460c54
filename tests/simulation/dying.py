"""How a device's process ends: at any statement of its store, at any named moment of a write. And a full disk.

A commit of a store that asks for `synchronous = FULL` is durable, which SQLite promises and proves itself; one that
asks for less loses what it committed since to a power cut.
"""

import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

from client_sdk import database, moments, store
from client_sdk.vault import COLUMNS


class PhoneCrash(BaseException):
    """The device's process ends here; what it had not committed never was."""


class Peril:
    """One device's process. `die_at(n)`: the n-th statement or moment from now is its last."""

    def __init__(self) -> None:
        self.is_dead = False
        self.is_power_cut = False
        self.synced_copy: Path | None = None
        """Its store as it was when commits ceased to be durable."""
        self._countdown = 0
        self._full_at = 0

    def die_at(self, point: int, *, is_power_cut: bool = False) -> None:
        self._countdown, self.is_power_cut = point, is_power_cut

    def fill_at(self, statement: int) -> None:
        """From that statement on, writes find the disk full; `relax` makes room."""
        self._full_at = statement

    def relax(self) -> None:
        self._countdown = self._full_at = 0
        self.is_power_cut = self.is_power_cut and self.is_dead

    def point(self, _moment: str = "") -> None:
        if self.is_dead:
            raise PhoneCrash
        if self._countdown:
            self._countdown -= 1
            if not self._countdown:
                self.is_dead = True
                raise PhoneCrash

    def statement(self, sql: str) -> None:
        self.point()
        if self._full_at:
            self._full_at -= 1
            if not self._full_at and sql.startswith(("INSERT", "UPDATE", "COMMIT")):
                raise sqlite3.OperationalError("database or disk is full")


class _Connection:
    """SQLite's connection as the store uses it."""

    def __init__(self, peril: Peril, real: sqlite3.Connection, path: Path) -> None:
        self._peril = peril
        self._real = real
        self._path = path

    def execute(self, sql: str, values: Sequence[Any] = ()) -> sqlite3.Cursor:
        self._peril.statement(sql)
        if sql.startswith("PRAGMA synchronous"):
            self._note_durability(is_durable=sql.endswith("FULL"))
            sql = "PRAGMA synchronous = OFF"
        return self._real.execute(sql, values)

    def _note_durability(self, *, is_durable: bool) -> None:
        self._peril.synced_copy = None if is_durable else self._path.with_suffix(".synced")
        if self._peril.synced_copy:
            copy = sqlite3.connect(self._peril.synced_copy)
            self._real.backup(copy)
            copy.close()

    @property
    def in_transaction(self) -> bool:
        """A dead process rolls nothing back; SQLite does, when it is next opened."""
        return self._real.in_transaction and not self._peril.is_dead

    def close(self) -> None:
        self._real.close()


class PerilousDriver:
    """Stands where the store finds its SQLite driver; every connection belongs to the device that runs just now."""

    Error = sqlite3.Error

    def __init__(self) -> None:
        self.running = Peril()

    def connect(self, path: object, **options: Any) -> _Connection:
        return _Connection(self.running, sqlite3.connect(str(path), **options), Path(str(path)))

    @contextmanager
    def installed(self) -> Iterator[None]:
        moments.watch(lambda moment: self.running.point(moment))
        with (
            mock.patch.object(database, "_driver_of", return_value=self),
            mock.patch.object(store, "preferred_way", return_value=COLUMNS),
        ):
            try:
                yield
            finally:
                moments.watch(None)


def go_back_to(synced_copy: Path, database: Path) -> None:
    """What a power cut leaves of a database whose commits waited for nothing."""
    for suffix in ("-wal", "-shm"):
        database.with_name(database.name + suffix).unlink(missing_ok=True)
    shutil.copy(synced_copy, database)
