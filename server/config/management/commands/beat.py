import signal
import threading
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand

from server.config.beat import JOBS, Beat
from server.config.processes.database import require_ready
from server.config.processes.lifeline import die_with_parent, is_served, system_checks


class Command(BaseCommand):
    help = "Do what is done again and again, alone."
    requires_system_checks = system_checks()

    def handle(self, *args: Any, **options: Any) -> None:
        stop = threading.Event()

        def end(number: int, frame: FrameType | None) -> None:
            stop.set()

        signal.signal(signal.SIGTERM, end)
        signal.signal(signal.SIGINT, end)
        die_with_parent()
        if not is_served():
            require_ready()
        Beat(JOBS).run(stop)
