from typing import Any

from django.core.management.base import BaseCommand, CommandError

from server.cases.located_yaml import DataFileError
from server.cases.services import FlowChanged, load_flows


class Command(BaseCommand):
    help = "Load the flow files of this release (done by migrate as well)."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            versions = load_flows()
        except (DataFileError, FlowChanged) as fault:
            raise CommandError(str(fault)) from fault
        for version in versions:
            self.stdout.write(f"{version.key}@{version.version} {version.sha256}")
