"""How a device's process ends: at any statement of its store, at any named moment of a write. And a full disk."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
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
        self._countdown = 0
        self._full_at = 0

    def die_at(self, point: int) -> None:
        self._countdown = point

    def fill_at(self, statement: int) -> None:
        """From that statement on, writes find the disk full; `relax` makes room."""
        self._full_at = statement

    def relax(self) -> None:
        self._countdown = self._full_at = 0

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

    def __init__(self, peril: Peril, real: sqlite3.Connection) -> None:
        self._peril = peril
        self._real = real

    def execute(self, sql: str, values: Sequence[Any] = ()) -> sqlite3.Cursor:
        self._peril.statement(sql)
        # Nothing here survives a power cut, and nothing has to: a crash ends a process.
        return self._real.execute(sql.replace("synchronous = FULL", "synchronous = OFF"), values)

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
        return _Connection(self.running, sqlite3.connect(str(path), **options))

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
