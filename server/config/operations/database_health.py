"""Does the database answer, is it of this release, and does a commit survive a power cut?"""

from collections.abc import Iterator

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils.translation import gettext as _

from server.config.operations.findings import Finding, fault, fine, note

_MUST_BE_ON = ("fsync", "full_page_writes", "synchronous_commit")


def database_findings() -> list[Finding]:
    """The last one is a fault where nothing further can be asked."""
    try:
        connection.ensure_connection()
    except DatabaseError as error:
        do = _("Is it running, and does DATABASE_URL name it with the right user and password?")
        return [fault("database_unreachable", _("The database does not answer: %s") % error, do)]
    return [*_durability(), *_pooler(), _migrations()]


def _migrations() -> Finding:
    executor = MigrationExecutor(connection)
    missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if missing:
        says = _("%d migrations of this release have not been applied.") % len(missing)
        return fault("database_not_migrated", says, _("Make a backup, then run: manage.py migrate"))
    disk = executor.loader.disk_migrations
    ours = {app for app, _name in disk}
    unknown = [key for key in executor.loader.applied_migrations if key[0] in ours and key not in disk]
    if unknown:
        says = _("This database was migrated by a newer release than the one that runs.")
        return fault("database_newer", says, _("Install that release again; do not run this one on it."))
    return fine("database", _("The database answers and is migrated (%s).") % connection.vendor)


def _durability() -> Iterator[Finding]:
    weak = _weak_sqlite() if connection.vendor == "sqlite" else _weak_postgresql()
    if weak:
        says = _("Commits may be lost in a power cut: %s.") % ", ".join(weak)
        yield fault("database_durability", says, _("Set these as they are by default: an acknowledged act must stay."))


def _weak_sqlite() -> list[str]:
    journal, synchronous = _asked("PRAGMA journal_mode"), _asked("PRAGMA synchronous")
    weak = [] if journal == "wal" else [f"journal_mode={journal}"]
    return weak if int(synchronous) >= 2 else [*weak, f"synchronous={synchronous}"]


def _weak_postgresql() -> list[str]:
    settings = {name: _asked(f"SHOW {name}") for name in _MUST_BE_ON}
    return [f"{name}=off" for name, value in settings.items() if value == "off"]


def _pooler() -> Iterator[Finding]:
    """A pooler tells us a process of its own making, and not the one that works for us."""
    if connection.vendor != "postgresql" or connection.settings_dict["OPTIONS"].get("prepare_threshold") is None:
        return
    if int(_asked("SELECT pg_backend_pid()")) != connection.connection.info.backend_pid:
        says = _("A pooler stands before PostgreSQL, and PREPARED_STATEMENTS is on.")
        do = _("If it pools transactions and does not know prepared statements, set PREPARED_STATEMENTS=false.")
        yield note("database_pooler", says, do)


def _asked(statement: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return str(cursor.fetchone()[0])
