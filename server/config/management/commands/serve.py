from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connections
from django.utils.translation import gettext as _

from server.config.processes.database import prepare_database
from server.config.processes.group import ProcessGroup


class Command(BaseCommand):
    help = "Serve: web, worker and beat together. SIGTERM or Ctrl-C ends all of them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default=settings.ENVIRONMENT.host)
        parser.add_argument("--port", type=int, default=settings.ENVIRONMENT.port, help="0 takes a free one")

    def handle(self, *args: Any, **options: Any) -> None:
        prepare_database()
        connections.close_all()
        address = ("--host", options["host"], "--port", str(options["port"]))
        group = ProcessGroup({"web": ("web", *address), "worker": ("worker",), "beat": ("beat",)})
        ended = group.run()
        if ended is not None:
            raise CommandError(_("%(child)s ended by itself; the others were stopped.") % {"child": ended})
