from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from server.config.processes.database import require_ready
from server.config.processes.lifeline import die_with_parent, is_served
from server.config.processes.web import CannotListen, serve_http


class Command(BaseCommand):
    help = "Answer HTTP and websockets, alone."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default=settings.ENVIRONMENT.host)
        parser.add_argument("--port", type=int, default=settings.ENVIRONMENT.port)

    def handle(self, *args: Any, **options: Any) -> None:
        die_with_parent()
        if not is_served():
            require_ready()
        try:
            serve_http(host=options["host"], port=options["port"], when_ready=self._say_ready)
        except CannotListen as fault:
            raise CommandError(_("Cannot listen: %(fault)s") % {"fault": fault}) from None

    def _say_ready(self, address: str) -> None:
        self.stdout.write(_("Zhixing is ready at %(address)s") % {"address": address})
        self.stdout.flush()
