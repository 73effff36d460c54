"""The server's database of a run: migrated once, as new for every seed. SQLite in a file, or PostgreSQL."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.backends.postgresql.base import DatabaseWrapper

from tests.backends.folders import temporary_folder
from tests.backends.migrated import begin_test_database

# What migrations put there, and what Django keeps for itself.
_KEPT = (
    *("django_migrations", "django_content_type", "auth_permission", "cases_flowversion"),
    *("cases_calendaredit", "cases_calendaryear", "cases_calendarday"),
)


def quick_folder() -> Path:
    """In memory where the machine has such a place: a run waits for no disk."""
    memory = Path("/dev/shm")
    if os.access(memory, os.W_OK):
        os.environ.setdefault("TMPDIR", str(memory))
    return temporary_folder("simulation")


class SimulationDatabase:
    def __init__(self, folder: Path) -> None:
        self._template = folder / "template.sqlite3"
        self._is_sqlite = connection.vendor == "sqlite"

    def renew(self) -> None:
        """As after `migrate`."""
        if self._is_sqlite:
            self._copy_template()
        else:
            self._truncate()

    def disconnect(self) -> None:
        """For a process about to fork: no connection, and no pool of them, may be shared with its child."""
        wrapper = connections[DEFAULT_DB_ALIAS]
        wrapper.close()
        if isinstance(wrapper, DatabaseWrapper):
            wrapper.close_pool()

    def _copy_template(self) -> None:
        path = Path(connection.settings_dict["NAME"])
        connection.in_atomic_block = False  # whatever a crash left open ends with its process
        connection.close()
        if not self._template.exists():
            shutil.copy(path, self._template)
        for suffix in ("-wal", "-shm"):
            path.with_name(path.name + suffix).unlink(missing_ok=True)
        shutil.copy(self._template, path)

    def _truncate(self) -> None:
        tables = [name for name in connection.introspection.table_names() if name not in _KEPT]
        names = ", ".join(map(connection.ops.quote_name, tables))
        with connection.cursor() as cursor:
            cursor.execute(f"TRUNCATE {names}")


@contextmanager
def simulation_database(folder: Path) -> Iterator[SimulationDatabase]:
    """A database of this process's own beside whatever the suite uses."""
    name = folder / "server.sqlite3" if connection.vendor == "sqlite" else f"simulation_{os.getpid()}"
    connection.settings_dict["TEST"]["NAME"] = str(name)
    before = connection.settings_dict["NAME"]
    begin_test_database()
    connection.creation.create_test_db(verbosity=0, autoclobber=True, keepdb=connection.vendor == "sqlite")
    try:
        _write_back()
        yield SimulationDatabase(folder)
    finally:
        connection.creation.destroy_test_db(str(before), verbosity=0)


def _write_back() -> None:
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
