"""`manage.py serve` as an operator runs it: real processes, real signals."""

import http.client
import json
import os
import signal
import socket
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import urlopen

import psutil
import pytest
from django.conf import settings

from server.config.processes.lifeline import PARENT, system_checks
from tests.backends.migrated import copy_sqlite
from tests.config.serving import Served, served

pytestmark = pytest.mark.database_free


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Served]:
    copy_sqlite(tmp_path / "zhixing.sqlite3")
    with served(tmp_path, "serve", "--port", "0") as process:
        yield process


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Of a server that no test stops."""
    folder = tmp_path_factory.mktemp("steady")
    copy_sqlite(folder / "zhixing.sqlite3")
    with served(folder, "web", "--port", "0") as process:
        yield process.address()


def gone(children: list[psutil.Process]) -> bool:
    _, alive = psutil.wait_procs(children, timeout=30)
    return not alive


def test_it_migrates_its_own_sqlite_serves_and_ends_clean_on_sigterm(tmp_path: Path) -> None:
    with served(tmp_path, "serve", "--port", "0") as running:
        address = running.address()
        with urlopen(f"{address}/api/v1/hello", timeout=20) as answer:
            assert json.load(answer)["product"] == "zhixing"
        with urlopen(f"{address}/readyz", timeout=20) as answer:
            assert json.load(answer)["status"] == "ready"
        children = running.children()
        assert set(children) == {"web", "worker", "beat"}
        running.process.send_signal(signal.SIGTERM)
        assert running.exit_code() == 0
        assert gone(list(children.values()))
        assert not [line for line in running.lines if "Traceback" in line]


def test_ctrl_c_ends_it_clean_as_well(running: Served) -> None:
    running.address()
    children = running.children()
    # A terminal sends it to every process of the group.
    for pid in (running.process.pid, *(child.pid for child in children.values())):
        os.kill(pid, signal.SIGINT)
    assert running.exit_code() == 0
    assert gone(list(children.values()))


def test_children_do_not_outlive_a_killed_parent(running: Served) -> None:
    running.address()
    children = list(running.children().values())
    running.process.kill()
    running.exit_code()
    assert gone(children)


@pytest.mark.parametrize("victim", ["web", "beat"])
def test_when_one_child_dies_the_rest_ends_and_the_exit_says_so(running: Served, victim: str) -> None:
    running.address()
    children = running.children()
    children[victim].kill()
    assert running.exit_code() != 0
    assert gone(list(children.values()))
    assert any(victim in line for line in running.lines)


def test_a_port_that_is_taken_is_told_and_ends_it(tmp_path: Path) -> None:
    copy_sqlite(tmp_path / "zhixing.sqlite3")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with served(tmp_path, "serve", "--port", str(port)) as process:
            assert process.exit_code() != 0
            assert any(str(port) in line for line in process.lines)
            assert not [line for line in process.lines if "Traceback" in line]


@pytest.mark.parametrize("command", ["web", "worker", "beat"])
def test_a_process_alone_refuses_a_database_without_migrations(tmp_path: Path, command: str) -> None:
    with served(tmp_path, command) as process:
        assert process.exit_code() == 1
        assert any("migrate" in line for line in process.lines)
        assert not [line for line in process.lines if "Traceback" in line]


def test_a_body_beyond_the_limit_is_refused_before_it_arrives(address: str) -> None:
    place = urlsplit(address)
    assert place.hostname
    connection = http.client.HTTPConnection(place.hostname, place.port, timeout=20)
    connection.putrequest("POST", "/api/v1/session")
    connection.putheader("Content-Length", str(10**12))
    connection.endheaders()
    answer = connection.getresponse()
    told = json.load(answer)
    assert (answer.status, told["status"], told["code"]) == (413, 413, "body_too_large")
    assert told["max_bytes"] == settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    assert told["detail"]
    assert len(told["request_id"]) == 36
    connection.close()


def test_a_body_of_unknown_length_is_refused_where_it_passes_the_limit(address: str) -> None:
    place = urlsplit(address)
    with socket.create_connection((place.hostname, place.port), timeout=20) as client:
        client.sendall(b"POST /api/v1/session HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n")
        piece = b"%x\r\n" % 2**20 + b"x" * 2**20 + b"\r\n"
        sent = 0
        try:
            for _ in range(64):
                client.sendall(piece)
                sent += 1
        except OSError:
            pass
        assert sent < 64
    with urlopen(f"{place.geturl()}/healthz", timeout=20) as answer:
        assert answer.status == 200


def test_a_child_of_serve_is_spared_the_checks_its_parent_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(PARENT, raising=False)
    assert system_checks() == "__all__"
    monkeypatch.setenv(PARENT, "1")
    assert system_checks() == []
