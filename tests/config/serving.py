"""A real `manage.py serve` in a folder of its own."""

import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Empty, Queue

import psutil

ROOT = Path(__file__).parents[2]


class Served:
    """The process of a command, what it says line by line, and its children."""

    def __init__(self, folder: Path, *command: str) -> None:
        settings = {"DATA_DIR": str(folder), "DATABASE_URL": "", "REDIS_URL": "", "SECRET_KEY": "s" * 50}
        environment = {**os.environ, **settings, "DJANGO_SETTINGS_MODULE": "server.config.settings"}
        self.process = subprocess.Popen(
            [sys.executable, str(ROOT / "manage.py"), *command],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
        )
        self.lines: list[str] = []
        self._coming: Queue[str] = Queue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as stdout:
            for line in stdout:
                self.lines.append(line.rstrip())
                self._coming.put(line)

    def address(self) -> str:
        """Where it listens, as it said itself."""
        while True:
            try:
                line = self._coming.get(timeout=60)
            except Empty:
                raise AssertionError(f"never ready: {self.lines}") from None
            if found := re.search(r"http://\S+", line):
                return found.group()

    def children(self) -> dict[str, psutil.Process]:
        """By the name of their command."""
        found = psutil.Process(self.process.pid).children(recursive=True)
        return {name: child for child in found for name in ("web", "worker", "beat") if name in child.cmdline()}

    def exit_code(self, timeout: float = 40) -> int:
        code = self.process.wait(timeout)
        self._reader.join(10)
        return code


@contextmanager
def served(folder: Path, *command: str) -> Iterator[Served]:
    running = Served(folder, *command)
    try:
        yield running
    finally:
        children = list(running.children().values()) if running.process.poll() is None else []
        if running.process.poll() is None:
            running.process.terminate()
        running.exit_code()
        psutil.wait_procs(children, timeout=30)
