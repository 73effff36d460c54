"""Whether the database is as this release wants it, before anything is served from it."""

from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils.translation import gettext as _

from server.config.operations.takeover import take_over_if_promoted


def prepare_database() -> None:
    """The embedded SQLite is ours alone: migrate it. Any other is refused when migrations are missing."""
    if settings.ENVIRONMENT.is_embedded:
        call_command("migrate", interactive=False, verbosity=0)
    else:
        require_ready()


def require_ready() -> None:
    """Migrated, and known to be the copy it is: a promoted standby begins a new life first. Raises CommandError."""
    require_migrated()
    take_over_if_promoted()


def require_migrated() -> None:
    """Raises CommandError, naming the first missing migration."""
    try:
        executor = MigrationExecutor(connection)
    except OperationalError as fault:
        raise CommandError(_("The database does not answer: %(fault)s") % {"fault": fault}) from None
    missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if missing:
        message = _("%(count)d migrations are missing, first %(first)s. Run: manage.py migrate")
        raise CommandError(message % {"count": len(missing), "first": missing[0][0]})
