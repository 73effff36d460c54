"""The rows of a copied database, read where they lie and changing nothing there."""

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import quote
from uuid import UUID

from server.config.operations.copy_text import rows_of
from server.config.operations.manifest import SQLITE_FILE, TABLES_FOLDER

Row = Sequence[Any]


class CopiedRows(Protocol):
    def rows(self, table: str, *columns: str, order: Sequence[str] = ()) -> Iterator[Row]:
        """These columns of every row; none where an older database had no such table."""


class SqliteRows:
    def __init__(self, folder: Path) -> None:
        self._path = folder / SQLITE_FILE

    def connect(self) -> sqlite3.Connection:
        # immutable: no journal, no lock, not one byte of the copy changes.
        return sqlite3.connect(f"file:{quote(str(self._path))}?mode=ro&immutable=1", uri=True)

    def rows(self, table: str, *columns: str, order: Sequence[str] = ()) -> Iterator[Row]:
        with closing(self.connect()) as copied:
            if not copied.execute("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?", [table]).fetchone():
                return
            ordered = f" ORDER BY {', '.join(order)}" if order else ""
            yield from copied.execute(f"SELECT {', '.join(columns)} FROM {table}{ordered}")

    def faults(self) -> list[str]:
        """What SQLite itself finds wrong."""
        with closing(self.connect()) as copied:
            found = [str(row[0]) for row in copied.execute("PRAGMA integrity_check(20)")]
            orphans = {f"{row[0]} -> {row[2]}" for row in copied.execute("PRAGMA foreign_key_check")}
        return [fault for fault in found if fault != "ok"] + sorted(orphans)


class TextRows:
    """Files of COPY text, already in the order they are needed in."""

    def __init__(self, folder: Path, tables: Mapping[str, Mapping[str, Any]]) -> None:
        self._folder, self._tables = folder, tables

    def rows(self, table: str, *columns: str, order: Sequence[str] = ()) -> Iterator[Row]:
        if table not in self._tables:
            return
        places = [list(self._tables[table]["columns"]).index(column) for column in columns]
        with (self._folder / table_file(table)).open("rb") as file:
            for row in rows_of(file):
                yield [row[place] for place in places]


def copied_rows(folder: Path, database: str, tables: Mapping[str, Mapping[str, Any]]) -> CopiedRows:
    return SqliteRows(folder) if database == "sqlite" else TextRows(folder, tables)


def table_file(table: str) -> str:
    return f"{TABLES_FOLDER}/{table}.copy"


def as_bytes(value: Any) -> bytes:
    return bytes.fromhex(value.removeprefix("\\x")) if isinstance(value, str) else bytes(value)


def as_time(value: str) -> datetime:
    moment = datetime.fromisoformat(value)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)  # SQLite keeps UTC without saying so


def as_uuid(value: str | None) -> UUID | None:
    return UUID(value) if value else None


def as_json(value: str) -> Any:
    return json.loads(value)
