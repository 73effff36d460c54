"""What a chaos run kills: a PostgreSQL, a server, a small disk. Each can be begun again where it stood."""

import ctypes
import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx2
import psutil
import psycopg

from tests.backends.postgres import _binaries, _new_cluster, _user
from tests.backends.processes import _die_with_parent, free_ports

ROOT = Path(__file__).parents[2]
_CLONE_NEWNS, _MS_REC, _MS_PRIVATE = 0x20000, 0x4000, 1 << 18
_READY_SECONDS = 240.0  # of a machine that has much else to do
NO_LIMIT = resource.RLIM_INFINITY


class Stuck(Exception):
    """Something that has to come back did not."""


def wait_until(happened: Callable[[], object], what: str, seconds: float = _READY_SECONDS) -> None:
    deadline = time.monotonic() + seconds
    while not happened():
        if time.monotonic() > deadline:
            raise Stuck(what)
        time.sleep(0.03)


def kill_9(processes: Iterable[psutil.Process]) -> None:
    """All of them, then wait until the kernel has them. psutil knows a process by its start too, never a reused pid."""
    found = list(processes)
    for process in found:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(found, timeout=30)


def family(pid: int) -> list[psutil.Process]:
    try:
        first = psutil.Process(pid)
        return [first, *first.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


class Machine:
    """One command that is started, found dead, and started again."""

    def __init__(self, folder: Path, name: str) -> None:
        self.folder, self.name = folder, name
        self.process: subprocess.Popen[bytes] | None = None
        self.log = folder / f"{name}.log"

    @property
    def exit_code(self) -> int | None:
        return self.process.poll() if self.process else None

    def begin(self, command: list[Any], **options: Any) -> None:
        with self.log.open("ab") as log:
            given = {"stdin": subprocess.DEVNULL, "stdout": log, "stderr": log, **options}
            self.process = subprocess.Popen(command, preexec_fn=_die_with_parent(signal.SIGKILL), **given)

    @property
    def is_alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def kill(self) -> None:
        """`kill -9`, with all its children. Of one that has ended nothing is left to kill: its pid is another's now."""
        if self.process is None or self.process.poll() is not None:
            return
        found = family(self.process.pid)
        self.process.kill()
        self.process.wait(30)  # here and not by psutil, which would keep the exit code for itself
        kill_9(found[1:])

    def limit_files(self, size: int) -> None:
        """RLIMIT_FSIZE of every process of it, while it runs."""
        if self.process is None or self.process.poll() is not None:
            return
        for each in family(self.process.pid):
            with suppress(ProcessLookupError):
                resource.prlimit(each.pid, resource.RLIMIT_FSIZE, (size, NO_LIMIT))


class Postgres(Machine):
    """Keeps what it has committed when it is killed: only fsync is left out, since nothing pulls the plug."""

    _SETTINGS = ("fsync=off", "full_page_writes=off", "max_wal_size=64MB", "min_wal_size=32MB", "max_connections=100")

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, "postgres")
        self._user = _user()
        self._binaries = _binaries(folder, self._user)
        self._cluster = _new_cluster(folder, self._binaries, self._user)
        (self.port,) = free_ports(1)
        self.url = f"postgres://postgres@127.0.0.1:{self.port}/postgres"

    def start(self) -> None:
        """Once it answers: after a crash it first goes through what it had written."""
        settings = ("listen_addresses=127.0.0.1", "unix_socket_directories=", f"port={self.port}", *self._SETTINGS)
        options = [part for setting in settings for part in ("-c", setting)]
        command = [self._binaries / "postgres", "-D", self._cluster, *options]
        groups: list[int] | None = None if self._user is None else []
        self.begin(command, cwd=self.folder, user=self._user, group=self._user, extra_groups=groups)
        wait_until(lambda: self._answers() or not self.is_alive, "PostgreSQL does not come back")

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.url, connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True


class Server(Machine):
    """`manage.py serve`, with web, worker and beat as its children."""

    def __init__(self, folder: Path, data: Path, database_url: str) -> None:
        super().__init__(folder, "server")
        (self.port,) = free_ports(1)
        self.environment = {
            **os.environ,
            "DATA_DIR": str(data),
            "DATABASE_URL": database_url,
            "DJANGO_SETTINGS_MODULE": "tests.chaos.settings",
            "PYTHONPATH": str(ROOT),
            "REDIS_URL": "",
            "S3_ENDPOINT_URL": "",
            "LOG_LEVEL": "ERROR",
            "SECRET_KEY": "of one chaos run only " * 3,
        }

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def run(self, *arguments: str) -> Any:
        """A command of its own that prints JSON."""
        done = subprocess.run(
            [sys.executable, *arguments], env=self.environment, cwd=ROOT, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise Stuck(f"{arguments} ended with {done.returncode}: {done.stderr[-2000:]}")
        return json.loads(done.stdout)

    def start(self, **environment: str) -> None:
        """Without waiting: officers find it when it answers."""
        command = [sys.executable, str(ROOT / "manage.py"), "serve", "--port", str(self.port)]
        self.begin(command, cwd=ROOT, env={**self.environment, **environment})

    def answers(self) -> bool:
        try:
            return httpx2.get(f"{self.url}/api/v1/hello", timeout=2).status_code == 200
        except httpx2.HTTPError:
            return False

    def kill_one(self, name: str) -> None:
        """One of its processes only; the others end by themselves, maybe in the middle of something."""
        if self.process is None or self.process.poll() is not None:
            return
        found = family(self.process.pid)
        if name == "serve":
            self.process.kill()
        else:
            kill_9(each for each in found[1:] if name in _words(each))
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(30)
        self.kill()
        kill_9(found[1:])


def _words(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []


class SmallDisk:
    """A file system of its own, where root allows: full when `fill` says so. Gone with this process."""

    def __init__(self, folder: Path, megabytes: int) -> None:
        folder.mkdir()
        self.folder = folder
        self._ballast = folder / "ballast"
        self.is_real = _mount(folder, f"size={megabytes}m,mode=755")

    def fill(self) -> None:
        """To the last byte."""
        with self._ballast.open("ab", buffering=0) as file, suppress(OSError):
            while file.write(bytes(1 << 16)):
                pass

    def free(self) -> None:
        self._ballast.unlink(missing_ok=True)


def own_mounts() -> bool:
    """Mounts made after this are seen by us and our children alone, and end with us. False where it is not allowed."""
    libc = ctypes.CDLL(None, use_errno=True)
    if sys.platform != "linux" or os.geteuid() != 0 or libc.unshare(_CLONE_NEWNS):
        return False
    return not libc.mount(b"none", b"/", None, ctypes.c_ulong(_MS_REC | _MS_PRIVATE), None)


_mounts_are_ours = False


def allow_small_disks() -> None:
    global _mounts_are_ours
    _mounts_are_ours = own_mounts()


def _mount(folder: Path, options: str) -> bool:
    if not _mounts_are_ours:
        return False
    libc = ctypes.CDLL(None, use_errno=True)
    return not libc.mount(b"tmpfs", str(folder).encode(), b"tmpfs", ctypes.c_ulong(0), options.encode())
