from typing import Any

from django.core.management.base import BaseCommand

from server.config.processes.database import require_ready
from server.config.processes.lifeline import die_with_parent, is_served, system_checks
from server.config.processes.worker import work


class Command(BaseCommand):
    help = "Do background tasks, alone."
    requires_system_checks = system_checks()

    def handle(self, *args: Any, **options: Any) -> None:
        die_with_parent()
        if not is_served():
            require_ready()
        work()
