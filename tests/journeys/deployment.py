"""One real deployment on 127.0.0.1: its own data, its own processes, ended and begun again as a journey wants."""

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2

from tests.backends.folders import temporary_folder
from tests.backends.migrated import copy_sqlite
from tests.backends.processes import free_ports, running

ROOT = Path(__file__).parents[2]


@dataclass
class Deployment:
    """A server with a small city in it; `sign_in` gives a browser of one of its people."""

    database_url: str = ""
    application: str = "server.config.asgi:application"
    folder: Path = field(default_factory=lambda: temporary_folder("journey"))

    def __post_init__(self) -> None:
        (self.port,) = free_ports(1)
        self.environment = {
            "DATA_DIR": str(self.folder / "data"),
            "DATABASE_URL": self.database_url,
            "DJANGO_SETTINGS_MODULE": "server.config.settings",
            "PYTHONPATH": str(ROOT),
            "REDIS_URL": "",
            "S3_ENDPOINT_URL": "",
        }
        if not self.database_url:
            copy_sqlite(self.folder / "data" / "zhixing.sqlite3")
        self._process = contextlib.ExitStack()
        self.city: dict[str, Any] = json.loads(self.run("-m", "tests.journeys.city"))
        self.pid = 0
        self.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def run(self, *arguments: str) -> str:
        """A command of the deployment's own; its output."""
        done = subprocess.run(
            [sys.executable, *arguments],
            env={**os.environ, **self.environment},
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def manage_whatever(self, *arguments: str) -> str:
        """What a command prints, also where it ends with a complaint."""
        command = [sys.executable, str(ROOT / "manage.py"), *arguments]
        environment = {**os.environ, **self.environment}
        return subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False).stdout

    def manage(self, *arguments: str) -> str:
        return self.run(str(ROOT / "manage.py"), *arguments)

    def enrolment_code(self, who: str = "holder") -> str:
        return str(json.loads(self.manage("enrolment_code", self.city["staff"][who], "--json"))["code"])

    def start(self) -> None:
        settings = [f"{name}={value}" for name, value in self.environment.items()]
        daphne = [sys.executable, "-m", "daphne", "-b", "127.0.0.1", "-p", str(self.port)]
        command = ["env", *settings, *daphne, self.application]
        self.pid = self._process.enter_context(running(command, folder=self.folder, is_ready=self._answers))

    def kill(self) -> None:
        """`kill -9`."""
        os.kill(self.pid, signal.SIGKILL)
        self._process.close()

    def stop(self) -> None:
        self._process.close()

    def _answers(self) -> bool:
        try:
            return httpx2.get(f"{self.url}/api/v1/hello", timeout=2).status_code == 200
        except httpx2.HTTPError:
            return False

    @contextlib.contextmanager
    def sign_in(self, who: str) -> Iterator[httpx2.Client]:
        """A browser signed in as that person."""
        with httpx2.Client(base_url=self.url, timeout=30) as browser:
            credentials = {"staff_no": self.city["staff"][who], "password": self.city["password"]}
            answer = browser.post("/api/v1/session", json=credentials)
            assert answer.status_code == 200, answer.text
            yield browser
