"""CPU seconds of process trees, read from outside, so that the measuring process is never in a figure."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import perf_counter

import psutil


def cpu_of_tree(pid: int) -> float:
    """User and system time of a process, of those below it, and of those of them that have ended."""
    root = psutil.Process(pid)
    total = 0.0
    for process in (root, *root.children(recursive=True)):
        try:
            times = process.cpu_times()
        except psutil.NoSuchProcess:
            continue  # it ended just now: its parent's counts have it
        total += times.user + times.system + times.children_user + times.children_system
    return total


@dataclass
class Reading:
    """What one measured stretch cost."""

    server: float = 0.0
    database: float = 0.0
    seconds: float = 0.0

    @property
    def both(self) -> float:
        return self.server + self.database


@dataclass(frozen=True)
class Meter:
    server_pid: int
    database_pid: int

    @contextmanager
    def running(self) -> Iterator[Reading]:
        """Filled when the block ends. Blocks of a second or more: the kernel counts in hundredths."""
        reading = Reading()
        server, database, begun = cpu_of_tree(self.server_pid), cpu_of_tree(self.database_pid), perf_counter()
        yield reading
        reading.seconds = perf_counter() - begun
        reading.server = cpu_of_tree(self.server_pid) - server
        reading.database = cpu_of_tree(self.database_pid) - database
