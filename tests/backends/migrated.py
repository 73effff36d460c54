"""A migrated database: made once for a run, and copied wherever one is needed. To migrate takes seconds, to copy none.

Outside a run of the suite there is none to copy, and whoever needs one migrates.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from django.db import connection

ROOT = Path(__file__).parents[2]
_FOLDER = "ZHIXING_TEST_FOLDER"


def copy_sqlite(target: Path) -> None:
    """The file of an embedded server that has just migrated, at `target`."""
    if _FOLDER not in os.environ:
        return
    with _one_at_a_time() as folder:
        template = folder / "zhixing.sqlite3"
        if not template.exists():
            making = folder / "making"
            _migrate(making, "")
            (making / template.name).rename(template)
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(template, target)


def postgres_template(url: str) -> str | None:
    """The name of a migrated database on the server of `url`, for CREATE DATABASE … TEMPLATE."""
    if _FOLDER not in os.environ:
        return None
    name = _template_name()
    with _one_at_a_time() as folder, psycopg.connect(url, autocommit=True) as server:
        if not server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            making = f"{name}_making"
            server.execute(f"CREATE DATABASE {making}".encode())
            _migrate(folder / "making", _on(url, making))
            server.execute(f"ALTER DATABASE {making} RENAME TO {name}".encode())
    return name


def postgres_database(url: str, name: str) -> str:
    """Make a database of this name on the server of `url`, migrated within a run; its own URL."""
    template = postgres_template(url)
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}{f' TEMPLATE {template}' if template else ''}".encode())
    return _on(url, name)


def begin_test_database() -> None:
    """Let the test database that Django is about to make be a copy; on SQLite Django is to be told to keep it."""
    of_tests = connection.settings_dict["TEST"]
    if connection.vendor == "sqlite":
        copy_sqlite(Path(of_tests["NAME"]))
    else:
        of_tests["TEMPLATE"] = postgres_template(os.environ["DATABASE_URL"])


def drop_template(url: str) -> None:
    """A server that was lent to the run outlives it."""
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(f"DROP DATABASE IF EXISTS {_template_name()}".encode())


def _template_name() -> str:
    return f"migrated_{hashlib.sha256(os.environ[_FOLDER].encode()).hexdigest()[:12]}"


def _on(url: str, database: str) -> str:
    return f"{url.rpartition('/')[0]}/{database}"


@contextmanager
def _one_at_a_time() -> Iterator[Path]:
    """The folder of the run's template, held against its other processes."""
    folder = Path(os.environ[_FOLDER]) / "migrated"
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield folder


def _migrate(folder: Path, database_url: str) -> None:
    own = {"DATABASE_URL": database_url, "DATA_DIR": str(folder), "DJANGO_SETTINGS_MODULE": "server.config.settings"}
    command = [sys.executable, str(ROOT / "manage.py"), "migrate", "--verbosity", "0"]
    subprocess.run(command, env={**os.environ, **own}, cwd=ROOT, check=True)
