"""One SQLite file, durable at every commit: transactions, sealed columns, migrations."""

import json
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

from client_sdk import disk
from client_sdk.errors import CannotWrite, FieldError, StorageFull, StoreClosed, StoreDamaged, StoreLocked
from client_sdk.moments import reached
from client_sdk.schema import MIGRATIONS, VERSION
from client_sdk.vault import COLUMNS, SQLCIPHER, Vault

# What SQLite says of a file that is whole: it cannot be reached, or the disk does not take the bytes.
_UNWRITABLE = ("disk I/O error", "readonly database", "unable to open")


def sqlcipher() -> ModuleType | None:
    """The driver for whole-database encryption, where its wheel is installed."""
    try:
        from sqlcipher3 import dbapi2
    except ImportError:
        return None
    return dbapi2  # type: ignore[no-any-return]


def preferred_way() -> str:
    return SQLCIPHER if sqlcipher() else COLUMNS


class Database:
    """The connection of one open store. Any thread may use it; a transaction keeps the others out until it ends."""

    def __init__(self, path: Path, vault: Vault) -> None:
        """Opens and migrates. Raises CannotWrite, StoreDamaged, also for a store of a newer SDK (`store_too_new`)."""
        self._path = path
        self._vault = vault
        self._driver = _driver_of(vault)
        self._guard = threading.RLock()
        self._depth = 0
        # Transactions are spelled out below; the driver's own would commit behind our back.
        with self._faults_named():
            self._connection = self._driver.connect(path, isolation_level=None, check_same_thread=False)
        try:
            self._prepare()
            self._migrate()
        except BaseException:
            self._connection.close()
            raise

    def close(self) -> None:
        with self._guard:
            self._connection.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing, fsynced when it ends; an inner one joins the outer. Raises StorageFull for a full disk."""
        with self._guard:
            if self._depth:
                yield
                return
            with self._faults_named():
                self._connection.execute("BEGIN IMMEDIATE")
                self._depth = 1
                try:
                    yield
                    reached("before commit")
                    self._connection.execute("COMMIT")
                except BaseException:
                    self._roll_back()
                    raise
                finally:
                    self._depth = 0
            reached("after commit")

    def rows(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        with self._guard, self._faults_named():
            return list(self._connection.execute(sql, values))

    def run(self, sql: str, *values: Any) -> int:
        """One writing statement inside a transaction; the number of rows it touched."""
        if not self._depth:
            raise RuntimeError("a write needs a transaction")
        with self._faults_named():
            return int(self._connection.execute(sql, values).rowcount)

    def seal(self, value: Any, place: str) -> bytes:
        """JSON, or bytes as they are, bound to their table and row."""
        raw = value if isinstance(value, bytes) else json.dumps(value, ensure_ascii=False).encode()
        return raw if self._vault.way == SQLCIPHER else self._vault.seal(raw, place)

    def unseal(self, sealed: bytes, place: str) -> Any:
        return json.loads(self.unseal_bytes(sealed, place))

    def unseal_bytes(self, sealed: bytes, place: str) -> bytes:
        return sealed if self._vault.way == SQLCIPHER else self._vault.unseal(sealed, place)

    def meta(self, name: str) -> Any:
        """A named value of the store, None where there is none."""
        found = self.rows("SELECT sealed FROM meta WHERE name = ?", name)
        return self.unseal(found[0][0], f"meta|{name}") if found else None

    def set_meta(self, name: str, value: Any) -> None:
        self.run("INSERT OR REPLACE INTO meta VALUES (?, ?)", name, self.seal(value, f"meta|{name}"))

    def _prepare(self) -> None:
        with self._faults_named():
            if self._vault.way == SQLCIPHER:
                # What it would print on the terminal is raised as an error of ours.
                self._connection.execute("PRAGMA cipher_log_level = NONE")
                self._connection.execute(f"PRAGMA key = \"x'{self._vault.database_key().hex()}'\"")
            for pragma in ("journal_mode = WAL", "synchronous = FULL", "temp_store = MEMORY", "secure_delete = ON"):
                self._connection.execute(f"PRAGMA {pragma}")

    def _migrate(self) -> None:
        version = self.rows("PRAGMA user_version")[0][0]
        if version > VERSION:
            raise StoreDamaged("store_too_new", version=version)
        for number, step in enumerate(MIGRATIONS[version:], version + 1):
            with self.transaction():
                for statement in step.split(";"):
                    if statement.strip():
                        self.run(statement)
                self.run(f"PRAGMA user_version = {number}")

    def _roll_back(self) -> None:
        # A full disk or an I/O error has rolled back already, and then there is nothing to end.
        if self._connection.in_transaction:
            self._connection.execute("ROLLBACK")

    @contextmanager
    def _faults_named(self) -> Iterator[None]:
        try:
            yield
        except FieldError:
            raise
        except self._driver.Error as fault:
            raise self._named(str(fault)) from fault

    def _named(self, fault: str) -> FieldError:
        if "full" in fault:
            return StorageFull(free_bytes=disk.free_bytes(self._path.parent))
        if "closed database" in fault:
            return StoreClosed(store=str(self._path))
        if "is locked" in fault:
            return StoreLocked(store=str(self._path))
        if any(said in fault for said in _UNWRITABLE):
            return CannotWrite(what=str(self._path), note=fault)
        return StoreDamaged(what=f"{self._path.name}: {fault}")


def _driver_of(vault: Vault) -> ModuleType:
    if vault.way == COLUMNS:
        return sqlite3
    driver = sqlcipher()
    if driver is None:
        raise StoreDamaged("sqlcipher_missing")
    return driver
