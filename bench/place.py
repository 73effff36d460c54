"""Where it is measured: a database of its own in a durable PostgreSQL, and Daphne; all of it ends with us."""

import contextlib
import os
import secrets
import socket
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import django
import httpx2
import psutil
import psycopg
from django.core.management import call_command

from bench.meters import Meter
from tests.backends import postgres_server
from tests.backends.folders import temporary_folder
from tests.backends.migrated import postgres_database
from tests.backends.processes import free_ports, running

ROOT = Path(__file__).resolve().parents[1]
OURS = "server.config.asgi:application"


@dataclass
class Place:
    database_url: str
    database_pid: int
    folder: Path
    _open: contextlib.ExitStack = field(repr=False)

    def serve(self, application: str = OURS) -> "Server":
        """Start Daphne on an ASGI application, with the settings of this place; it ends with the place."""
        (port,) = free_ports(1)
        command = ["daphne", "-b", "127.0.0.1", "-p", str(port), application]
        return self._start(port, command, lambda: _answers(port))

    def serve_raw_sockets(self) -> "Server":
        (port,) = free_ports(1)
        return self._start(port, ["bench.raw_sockets", str(port)], lambda: _listens(port))

    def _start(self, port: int, module: list[str], is_ready: Callable[[], bool]) -> "Server":
        folder = self.folder / f"server-{port}"
        folder.mkdir()
        # `env` because a server that is started runs in a folder of its own.
        command = ["env", f"PYTHONPATH={ROOT}", sys.executable, "-m", *module]
        pid = self._open.enter_context(running(command, folder=folder, is_ready=is_ready))
        return Server(port, pid, Meter(pid, self.database_pid), folder / "log")


@dataclass(frozen=True)
class Server:
    port: int
    pid: int
    meter: Meter
    log: Path

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@contextlib.contextmanager
def open_place() -> Iterator[Place]:
    """A migrated, empty deployment. Sets Django up in this process, which makes rows and never serves."""
    with contextlib.ExitStack() as stack:
        url = stack.enter_context(postgres_server(durable=True))
        own, folder = stack.enter_context(_own_database(url)), temporary_folder("bench")
        os.environ |= _environment(own, folder)
        django.setup()
        call_command("migrate", verbosity=0)
        yield Place(own, _postmaster(own), folder, stack.enter_context(contextlib.ExitStack()))
        _close_connections()


@contextlib.contextmanager
def open_sqlite() -> Iterator[Place]:
    """The same in SQLite: the database has no process of its own."""
    folder = temporary_folder("bench")
    os.environ |= _environment("", folder)
    django.setup()
    call_command("migrate", verbosity=0)
    with contextlib.ExitStack() as stack:
        yield Place("", 0, folder, stack)
    _close_connections()


def _environment(database_url: str, folder: Path) -> dict[str, str]:
    return {
        "DATABASE_URL": database_url,
        "DATA_DIR": str(folder / "data"),
        "SECRET_KEY": secrets.token_urlsafe(48),
        "REDIS_URL": "",
        "S3_ENDPOINT_URL": "",
        "LOG_LEVEL": "WARNING",
        # One phone asks here what a court's phones ask elsewhere.
        "DEVICE_PUSHES_PER_MINUTE": "0",
        "DEVICE_OPERATIONS_PER_MINUTE": "0",
        "DEVICE_PUSH_BYTES_PER_MINUTE": "0",
        "DEVICE_PULLS_PER_MINUTE": "0",
        "DEVICE_PIECES_PER_MINUTE": "0",
        "DEVICE_UPLOAD_BYTES_PER_MINUTE": "0",
        "DJANGO_SETTINGS_MODULE": "server.config.settings",
    }


@contextlib.contextmanager
def _own_database(url: str) -> Iterator[str]:
    name = f"bench_{secrets.token_hex(4)}"
    try:
        yield postgres_database(url, name)
    finally:
        _administer(url, f"DROP DATABASE {name} WITH (FORCE)")


def _administer(url: str, statement: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statement.encode())


def _postmaster(url: str) -> int:
    """PostgreSQL's first process, found from one that serves us."""
    with psycopg.connect(url) as connection:
        return psutil.Process(connection.info.backend_pid).ppid()


def _close_connections() -> None:
    from django.db import connections

    connections.close_all()
    for each in connections.all():
        if hasattr(each, "close_pool"):
            each.close_pool()


def is_durable(url: str) -> bool:
    with psycopg.connect(url) as connection:
        names = ("fsync", "synchronous_commit", "full_page_writes")
        said = [connection.execute(f"SHOW {name}".encode()).fetchone() for name in names]
    return all(row == ("on",) for row in said)


def _answers(port: int) -> bool:
    try:
        return httpx2.get(f"http://127.0.0.1:{port}/api/v1/hello", timeout=5).status_code == 200
    except httpx2.HTTPError:
        return False


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
