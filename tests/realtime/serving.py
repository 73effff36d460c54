"""Real Daphne processes on the suite's own database, and a client that keeps the rules of docs/reference/live.md."""

import contextlib
import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx2
import pytest
from django.db import connection
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from server.people.models import Officer
from tests.actors import browser_of
from tests.backends.folders import temporary_folder
from tests.backends.processes import free_ports, running
from tests.journeys.deployment import ROOT

PATIENCE_SECONDS = 20.0


def database_url() -> str:
    """Of the database this test runs on, for another process."""
    name = str(connection.settings_dict["NAME"])
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    return f"{os.environ['DATABASE_URL'].rpartition('/')[0]}/{name}"


@contextlib.contextmanager
def daphne(**settings: str) -> Iterator[str]:
    """The address of a web server on this very database."""
    (port,) = free_ports(1)
    named = {
        "DATABASE_URL": database_url(),
        "DJANGO_SETTINGS_MODULE": "server.config.settings",
        "PYTHONPATH": str(ROOT),
        "REDIS_URL": "",
        **settings,
    }
    command = [
        *("env", *(f"{name}={value}" for name, value in named.items())),
        *(sys.executable, "-m", "daphne", "-b", "127.0.0.1", "-p", str(port), "server.config.asgi:application"),
    ]
    url = f"http://127.0.0.1:{port}"
    with running(command, folder=temporary_folder("live"), is_ready=lambda: _answers(url)):
        yield url


def _answers(url: str) -> bool:
    try:
        return httpx2.get(f"{url}/api/v1/hello", timeout=2).status_code == 200
    except httpx2.HTTPError:
        return False


def session_of(officer: Officer) -> str:
    """The key of a session in which this officer has signed in."""
    return browser_of(officer).cookies["sessionid"].value


def http(url: str, session_key: str) -> httpx2.Client:
    return httpx2.Client(base_url=url, cookies={"sessionid": session_key}, timeout=30)


@contextlib.contextmanager
def socket(url: str, session_key: str = "", origin: str | None = "own", host: str = "") -> Iterator[ClientConnection]:
    headers = {"Cookie": f"sessionid={session_key}"} if session_key else {}
    if host:
        headers["Host"] = host
    address = url.replace("http", "ws") + "/ws/v1/live"
    with connect(
        address,
        origin=url if origin == "own" else origin,  # type: ignore[arg-type]
        subprotocols=["zhixing.live.v1"],  # type: ignore[list-item]
        additional_headers=headers,
        open_timeout=PATIENCE_SECONDS,
        compression=None,
    ) as opened:
        yield opened


@dataclass
class Screen:
    """What one watcher holds: where it stands, and every entry it applied, in order."""

    connection: ClientConnection
    place: dict[str, Any]
    applied: list[dict[str, Any]] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    frames: list[dict[str, Any]] = field(default_factory=list)
    acknowledges: bool = True

    def subscribe(self) -> None:
        self.send({"subscribe": [self.place]})

    def send(self, request: dict[str, Any]) -> None:
        self.connection.send(json.dumps(request))

    def hear(self, seconds: float = PATIENCE_SECONDS) -> dict[str, Any]:
        text = str(self.connection.recv(timeout=seconds))
        frame: dict[str, Any] = json.loads(text)
        self.frames.append(frame)
        if frame["type"] == "ok":
            self.place |= {"ledger_epoch": frame["ledger_epoch"], "position": self.place["position"] or frame["from"]}
        if frame["type"] == "entries":
            self.texts.append(text)
            self._apply(frame)
        return frame

    def _apply(self, frame: dict[str, Any]) -> None:
        if self.acknowledges:
            self.send({"ack": frame["to"]})
        for entry in frame["entries"]:
            if entry["position"] == self.place["position"] + 1:
                self.applied.append(entry)
                self.place["position"] = entry["position"]

    def until(self, holds: Callable[[], bool], seconds: float = PATIENCE_SECONDS) -> None:
        deadline = time.monotonic() + seconds
        while not holds():
            self.hear(max(0.05, deadline - time.monotonic()))

    def until_frame(self, type_: str) -> dict[str, Any]:
        while (frame := self.hear())["type"] != type_:
            pass
        return frame

    def close_code(self) -> int:
        """Hears until the server ends it."""
        with pytest.raises(ConnectionClosed) as ending:
            self.until(lambda: False)
        return ending.value.rcvd.code if ending.value.rcvd else 1006

    @property
    def positions(self) -> list[int]:
        return [entry["position"] for entry in self.applied]


@contextlib.contextmanager
def watching(url: str, session_key: str, place: dict[str, Any]) -> Iterator[Screen]:
    """Subscribed, and answered."""
    with socket(url, session_key) as opened:
        screen = Screen(opened, dict(place))
        screen.subscribe()
        screen.until(lambda: any(frame["type"] in ("ok", "reset") for frame in screen.frames))
        yield screen
