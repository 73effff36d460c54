"""The two servers of a run: each with its own folder and database, killed with -9 and begun again."""

import contextlib
import json
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg

from tests.backends.migrated import copy_sqlite
from tests.chaos.machines import ROOT, Postgres, Server, Stuck
from tests.exchange.story import Side

CODES: dict[Side, str] = {"asking": "闽0924", "doing": "闽0925"}


class CourtServer(Server):
    """One court's, whose peer is the other."""

    def __init__(self, folder: Path, side: Side, database_url: str, plant: str = "") -> None:
        folder.mkdir()
        super().__init__(folder, folder / "data", database_url)
        self.side, self.kills = side, 0
        self.environment["DJANGO_SETTINGS_MODULE"] = "tests.exchange.settings"
        self.environment["EXCHANGE_PLANT"] = plant
        self.made: dict[str, Any] = {}

    def fill(self) -> None:
        self.made = self.run("-m", "tests.exchange.town", self.side)

    @property
    def database(self) -> Path:
        return self.folder / "data" / "zhixing.sqlite3"

    def manage(self, *arguments: str | Path) -> str:
        """Raises Stuck with what the command said last."""
        done = self.manage_whatever(*arguments)
        if done.returncode:
            raise Stuck(f"{arguments} ended with {done.returncode}: {done.stderr[-2000:]}")
        return done.stdout

    def manage_whatever(self, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, ROOT / "manage.py", *arguments]
        return subprocess.run(
            command, env=self.environment, cwd=ROOT, capture_output=True, text=True, check=False, timeout=240
        )

    def tend(self) -> None:
        if not self.is_alive:
            self.start()

    def kill(self) -> None:
        self.kills += self.is_alive
        super().kill()

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Straight from its database, past all of its code."""
        if url := self.environment["DATABASE_URL"]:
            with psycopg.connect(url) as database:
                return database.execute(query.encode()).fetchall()
        with contextlib.closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True, timeout=60)) as database:
            return database.execute(query).fetchall()

    def count(self, rows: str) -> int:
        ((count,),) = self.rows(f"SELECT COUNT(*) FROM {rows}")
        return int(count)

    def court_id(self, code: str) -> str:
        ((court,),) = self.rows(f"SELECT id FROM people_court WHERE code = '{code}'")
        return str(UUID(str(court)))

    def ledger_faults(self) -> list[str]:
        streams = json.loads(self.manage("verify_ledger", "--json"))["streams"]
        return [f"ledger of the {self.side} court: {stream}" for stream in streams if stream["fault"]]


def databases(postgres: Postgres | None) -> dict[Side, str]:
    """A URL for each side; empty: SQLite in the folder of its server."""
    if postgres is None:
        return {"asking": "", "doing": ""}
    postgres.start()
    _create(postgres, "asking")
    base = postgres.url.rpartition("/")[0]
    return {"asking": f"{base}/asking", "doing": f"{base}/doing"}


def migrate(asking: CourtServer, doing: CourtServer, postgres: Postgres | None) -> None:
    """Once: the second database is a copy of the first."""
    if postgres is None:
        copy_sqlite(asking.database)
    asking.manage("migrate", "--verbosity", "0")
    if postgres:
        _create(postgres, "doing TEMPLATE asking")
    else:
        doing.database.parent.mkdir()
        shutil.copy(asking.database, doing.database)


def _create(postgres: Postgres, database: str) -> None:
    with psycopg.connect(postgres.url, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {database}".encode())
