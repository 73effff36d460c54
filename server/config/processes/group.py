"""Several processes that live and end together."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import FrameType

from server.config.environment import ROOT
from server.config.processes.lifeline import PARENT

_LOOK_SECONDS = 0.2
STOP_SECONDS = 20.0


class ProcessGroup:
    """Start `manage.py` commands, wait until one ends or we are told to stop, then end them all."""

    def __init__(self, commands: Mapping[str, Sequence[str]]) -> None:
        self._commands = commands
        self._children: dict[str, subprocess.Popen[bytes]] = {}
        self._stop = threading.Event()

    def run(self) -> str | None:
        """The name of the child that ended by itself, or None after SIGTERM or SIGINT. All have ended on return."""
        before = {number: signal.signal(number, self._on_signal) for number in (signal.SIGTERM, signal.SIGINT)}
        try:
            for name, command in self._commands.items():
                self._children[name] = _start(command)
            return self._first_to_end()
        finally:
            self._end_all()
            for number, handler in before.items():
                signal.signal(number, handler)

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self._stop.set()

    def _first_to_end(self) -> str | None:
        while not self._stop.is_set():
            for name, child in self._children.items():
                if child.poll() is not None:
                    return f"{name} ({child.returncode})"
            self._stop.wait(_LOOK_SECONDS)
        return None

    def _end_all(self) -> None:
        for child in self._children.values():
            if child.poll() is None:
                child.terminate()
        deadline = time.monotonic() + STOP_SECONDS
        for child in self._children.values():
            try:
                child.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()


def _start(command: Sequence[str]) -> "subprocess.Popen[bytes]":
    paths = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = {**os.environ, PARENT: str(os.getpid()), "PYTHONPATH": os.pathsep.join(paths)}
    return subprocess.Popen([sys.executable, "-m", "django", *command], env=environment, cwd=Path.cwd())
