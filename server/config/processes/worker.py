"""The worker of background tasks: django-tasks' own loop, which outlives a database that is away for a while."""

import logging
import signal
import socket
import threading
from types import FrameType

from django.db import InterfaceError, OperationalError, connection
from django_tasks_db.management.commands.db_worker import Worker

from server.common.ids import new_id

logger = logging.getLogger(__name__)
_PAUSE_SECONDS = 2.0


def work(*, stop: threading.Event | None = None, interval_seconds: float = 1.0) -> None:
    """Until SIGTERM or SIGINT; a running task is finished first."""
    stop = stop or threading.Event()
    worker = Worker(
        queue_names=["*"],
        excluded_queue_names=[],
        interval=interval_seconds,
        batch=False,
        backend_name="default",
        startup_delay=False,
        max_tasks=None,
        worker_id=f"{socket.gethostname()[:24]}-{new_id()}",
    )

    def end(number: int, frame: FrameType | None) -> None:
        stop.set()
        worker.running = False
        if not worker.running_task:
            raise SystemExit(0)

    for number in (signal.SIGTERM, signal.SIGINT):
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, end)
    while not stop.is_set():
        try:
            worker.run()
        except (OperationalError, InterfaceError):
            logger.exception("The database is away; the worker waits")
            connection.close()
            stop.wait(_PAUSE_SECONDS)
