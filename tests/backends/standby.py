"""A PostgreSQL and its streaming standby, both from the wheel; either may be ended, and the standby promoted."""

import contextlib
import shutil
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from tests.backends.folders import temporary_folder
from tests.backends.postgres import _answers, _binaries, _new_cluster, _user
from tests.backends.processes import free_ports, running

_STREAMING = ["-R", "-X", "stream", "--checkpoint=fast", "--no-sync"]


@dataclass
class Cluster:
    """One data directory, and the server that runs on it or does not."""

    folder: Path
    binaries: Path
    data: Path
    port: int
    _process: contextlib.ExitStack = field(default_factory=contextlib.ExitStack)

    @property
    def url(self) -> str:
        return f"postgres://postgres@127.0.0.1:{self.port}/postgres"

    def start(self) -> None:
        options = [f"port={self.port}", "listen_addresses=127.0.0.1", "unix_socket_directories=", "timezone=UTC"]
        options += ["max_connections=60", "wal_level=replica", "fsync=off", "full_page_writes=off"]
        command: list[str | Path] = [
            self.binaries / "postgres",
            "-D",
            self.data,
            *(part for each in options for part in ("-c", each)),
        ]
        self._process.enter_context(
            running(
                command,
                folder=self.folder,
                is_ready=lambda: _answers(self.url),
                stop_signal=signal.SIGQUIT,
                user=_user(),
            )
        )

    def stop(self) -> None:
        """As a power cut does."""
        self._process.close()

    def asked(self, statement: str) -> str:
        with psycopg.connect(self.url, autocommit=True) as connection:
            row = connection.execute(statement.encode()).fetchone()
        return str(row[0]) if row else ""


@dataclass
class Pair:
    primary: Cluster
    standby: Cluster

    def copy(self) -> None:
        """Begin the standby from a base backup of the primary, as a DBA does, and let it stream."""
        user = _user()
        shutil.rmtree(self.standby.data, ignore_errors=True)
        subprocess.run(
            [self.primary.binaries / "pg_basebackup", "-d", self.primary.url, "-D", self.standby.data, *_STREAMING],
            check=True,
            cwd=self.standby.folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            user=user,
            group=user,
            extra_groups=None if user is None else [],
        )
        self.standby.start()

    def promote(self) -> None:
        assert self.standby.asked("SELECT pg_promote()") == "True"


@contextlib.contextmanager
def postgres_pair() -> Iterator[Pair]:
    """The primary runs; the standby is not there before `copy`."""
    user, clusters = _user(), list[Cluster]()
    for port in free_ports(2):
        folder = temporary_folder("pair")
        binaries = clusters[0].binaries if clusters else _binaries(folder, user)
        clusters.append(Cluster(folder, binaries, _new_cluster(folder, binaries, user), port))
    pair = Pair(*clusters)
    if user is not None:
        shutil.chown(pair.standby.folder, user)
    pair.primary.start()
    try:
        yield pair
    finally:
        pair.standby.stop()
        pair.primary.stop()
