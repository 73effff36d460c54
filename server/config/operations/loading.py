"""A copied database into the configured one: all of it with its new life, or nothing."""

import shutil
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, TypeVar

from django.apps import apps
from django.core.management import call_command
from django.core.management.color import no_style
from django.db import OperationalError, connection, transaction
from django.db.backends.utils import CursorWrapper
from django.db.migrations.executor import MigrationExecutor
from django.utils.translation import gettext as _

from server.config.operations.copied_rows import table_file
from server.config.operations.database_copy import our_tables
from server.config.operations.folder import blocks_of
from server.config.operations.manifest import SQLITE_FILE, Manifest
from server.config.operations.speaking import Refused

T = TypeVar("T")
BUSY_TRIES = 40
"""Each a quarter of a second, by sqlite3's own waiting."""


def is_empty_database() -> bool:
    """Nothing of ours, or tables that `migrate` made and nobody has used."""
    with connection.cursor() as cursor:
        tables = set(our_tables(cursor))
        used = [table for table in ("people_court", "people_officer", "ledger_entry") if table in tables]
        return not any(_has_rows(cursor, table) for table in used)


def _has_rows(cursor: CursorWrapper, table: str) -> bool:
    cursor.execute(f"SELECT 1 FROM {connection.ops.quote_name(table)} LIMIT 1")
    return cursor.fetchone() is not None


def load_database(backup: Path, manifest: Manifest, renew: Callable[[], T]) -> T:
    """Load, migrate to this release, `renew`, and only then let anybody see it. Raises Refused."""
    load = _load_sqlite if manifest.database == "sqlite" else _load_postgresql
    return load(backup, manifest, renew)


def _load_sqlite(backup: Path, manifest: Manifest, renew: Callable[[], T]) -> T:
    """Made ready in a file of its own; then all pages go over in one transaction of the live one."""
    live = Path(connection.settings_dict["NAME"])
    scratch = live.with_name(f"{live.name}.restoring")
    try:
        _remove(scratch)
        shutil.copyfile(backup / SQLITE_FILE, scratch)
        with _default_database_at(scratch):
            call_command("migrate", interactive=False, verbosity=0)
            renewed = renew()
        _take_over(scratch, live)
        return renewed
    finally:
        _remove(scratch)


@contextmanager
def _default_database_at(path: Path) -> Iterator[None]:
    """Services and migrations speak to the default database, so for a while that is this file."""
    configured = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = str(path)
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = configured


def _take_over(scratch: Path, live: Path) -> None:
    connection.close()
    with closing(sqlite3.connect(scratch)) as ready, closing(sqlite3.connect(live)) as target:
        target.execute("PRAGMA journal_mode=WAL")
        target.execute("PRAGMA synchronous=FULL")
        ready.backup(target, pages=-1, progress=_PatienceWith(live))


class _PatienceWith:
    """sqlite3 waits for a busy database for ever; a person wants to hear why."""

    def __init__(self, live: Path) -> None:
        self._live, self._tries = live, 0

    def __call__(self, status: int, remaining: int, total: int) -> None:
        self._tries += status != sqlite3.SQLITE_DONE
        if self._tries > BUSY_TRIES:
            raise Refused(_in_use() % self._live)


def _in_use() -> str:
    return _("%s is in use: stop the server first. Nothing was changed.")


def _remove(scratch: Path) -> None:
    for ending in ("", "-wal", "-shm", "-journal"):
        scratch.with_name(scratch.name + ending).unlink(missing_ok=True)


def _load_postgresql(backup: Path, manifest: Manifest, renew: Callable[[], T]) -> T:
    """PostgreSQL undoes definitions too, so everything is one transaction: a fault leaves what was there."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '10s'")
            _drop_ours(cursor)
            _migrate_to(manifest.migrations)
            _fill(cursor, backup, manifest)
            call_command("migrate", interactive=False, verbosity=0)
            _reset_sequences(cursor)
            return renew()
    except OperationalError as fault:
        if "lock timeout" in str(fault):
            raise Refused(_in_use() % connection.settings_dict["NAME"]) from fault
        raise


def _drop_ours(cursor: CursorWrapper) -> None:
    tables = [connection.ops.quote_name(table) for table in our_tables(cursor)]
    if not tables:
        return
    cursor.execute(
        "SELECT DISTINCT tgfoid::regprocedure::text FROM pg_trigger "
        "WHERE NOT tgisinternal AND tgrelid = ANY(%s::regclass[])",
        [tables],
    )
    functions = [row[0] for row in cursor.fetchall()]
    cursor.execute(f"DROP TABLE {', '.join(tables)} CASCADE")
    for function in functions:
        cursor.execute(f"DROP FUNCTION {function} CASCADE")


def _migrate_to(migrations: Sequence[tuple[str, str]]) -> None:
    """The schema the copy was made of, from nothing."""
    executor, applied = MigrationExecutor(connection), set(migrations)
    leaves = executor.loader.graph.leaf_nodes()
    whole = executor.migration_plan(leaves, clean_start=True)
    plan = [(step, undo) for step, undo in whole if (step.app_label, step.name) in applied]
    executor.migrate(leaves, plan=plan)


def _fill(cursor: CursorWrapper, backup: Path, manifest: Manifest) -> None:
    quote = connection.ops.quote_name
    # Rows that migrations made are in the copy as well. Keys between tables are held to at the end.
    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    cursor.execute(f"TRUNCATE {', '.join(map(quote, manifest.tables))} CASCADE")
    cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    for table, told in manifest.tables.items():
        columns = ", ".join(map(quote, told["columns"]))
        with cursor.copy(f"COPY {quote(table)} ({columns}) FROM STDIN") as copy:
            for block in blocks_of(backup / table_file(table)):
                copy.write(block)
    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def _reset_sequences(cursor: CursorWrapper) -> None:
    models: list[Any] = list(apps.get_models(include_auto_created=True))
    for statement in connection.ops.sequence_reset_sql(no_style(), models):
        cursor.execute(statement)
