"""The whole database as of one moment, while others go on writing."""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from django.db import connection
from django.db.backends.utils import CursorWrapper

from server.common.snapshot import snapshot
from server.config.operations.copied_rows import table_file
from server.config.operations.folder import CopiedFile, DraftFolder, described, make_durable
from server.config.operations.manifest import SQLITE_FILE
from server.config.operations.speaking import Progress

ORDERED = {"ledger_entry": ("stream", "position")}
"""Chains are verified in one pass over the copy; every other table lies in the order of its key."""

Tables = Mapping[str, Mapping[str, Any]]


def copy_database(folder: DraftFolder, progress: Progress) -> tuple[list[CopiedFile], Tables]:
    """The files written, and for PostgreSQL what each table has."""
    if connection.vendor == "sqlite":
        copy_sqlite(Path(connection.settings_dict["NAME"]), folder.place(SQLITE_FILE))
        make_durable(folder.path / SQLITE_FILE)
        file = described(folder.path, SQLITE_FILE)
        progress.count(file.size)
        return [file], {}
    return _copy_tables(folder, progress)


def copy_sqlite(source: Path, target: Path) -> None:
    """All pages in one step, in one read transaction: writers go on, and what they write is not in it."""
    with (
        closing(sqlite3.connect(f"file:{source}?mode=rw", uri=True)) as reader,
        closing(sqlite3.connect(target)) as copy,
    ):
        reader.backup(copy, pages=-1)
        copy.execute("PRAGMA journal_mode=DELETE")  # one file, whole by itself
    target.chmod(0o600)


def our_tables(cursor: CursorWrapper) -> list[str]:
    """Ours alone: what else lives in this schema is neither copied nor ever dropped."""
    there = set(connection.introspection.table_names(cursor))
    return sorted(there & {*connection.introspection.django_table_names(), "django_migrations"})


def _copy_tables(folder: DraftFolder, progress: Progress) -> tuple[list[CopiedFile], Tables]:
    files, tables = [], {}
    with snapshot(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL DateStyle = 'ISO'; SET LOCAL bytea_output = 'hex'")
        for table in our_tables(cursor):
            columns = [row.name for row in connection.introspection.get_table_description(cursor, table)]
            counted = _Counted(_copied_text(cursor, table, columns))
            files.append(folder.write(table_file(table), counted))
            tables[table] = {"columns": columns, "rows": counted.rows}
            progress.count(files[-1].size)
    return files, tables


class _Counted:
    """In COPY text a line feed ends a row and stands nowhere else."""

    def __init__(self, blocks: Iterator[bytes]) -> None:
        self._blocks, self.rows = blocks, 0

    def __iter__(self) -> Iterator[bytes]:
        for block in self._blocks:
            self.rows += block.count(b"\n")
            yield block


def _copied_text(cursor: CursorWrapper, table: str, columns: list[str]) -> Iterator[bytes]:
    quote = connection.ops.quote_name
    key = ORDERED.get(table) or connection.introspection.get_primary_key_columns(cursor, table) or ()
    ordered = f" ORDER BY {', '.join(map(quote, key))}" if key else ""
    selected = f"SELECT {', '.join(map(quote, columns))} FROM {quote(table)}{ordered}"
    with cursor.copy(f"COPY ({selected}) TO STDOUT") as rows:
        for block in rows:
            yield bytes(block)
