"""PREPARED_STATEMENTS, both values, on a real PostgreSQL; and what a pooler between does to each."""

import contextlib
import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.ground.sources import ROOT

# A pooler's other connection knows no statement of ours. Said inside a block, so that the driver does not hear it.
ANOTHER_CONNECTION = "DO $$ BEGIN EXECUTE 'DEALLOCATE ALL'; END $$"
PROGRAM = f"""
import django, json
django.setup()
from django.db import DatabaseError, connection, transaction

def work():
    with transaction.atomic(), connection.cursor() as cursor:
        for number in range(8):
            cursor.execute("SELECT %s::int + 1", [number])
            assert cursor.fetchone() == (number + 1,)

def kept():
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE 'SELECT $1::int%'")
        return cursor.fetchone()[0]

work()
found = {{"kept": kept(), "cursors": not connection.settings_dict["DISABLE_SERVER_SIDE_CURSORS"]}}
with connection.cursor() as cursor:
    cursor.execute({ANOTHER_CONNECTION!r})
try:
    work()
    found["works"] = True
except DatabaseError:
    found["works"] = False
print(json.dumps(found))
"""
FINDINGS = """
import django, json
django.setup()
from server.config.operations.database_health import database_findings
print(json.dumps([finding.code for finding in database_findings()]))
"""


def run(program: str, url: str, folder: Path, **environment: str) -> object:
    given = {"DATABASE_URL": url, "DATA_DIR": str(folder), "SECRET_KEY": "k" * 50, **environment}
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env={**os.environ, **given, "DJANGO_SETTINGS_MODULE": "server.config.settings"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_by_default_a_connection_keeps_statements_and_needs_them_back(postgres: str, tmp_path: Path) -> None:
    found = run(PROGRAM, postgres, tmp_path)
    assert found == {"kept": 1, "cursors": True, "works": False}


def test_without_prepared_statements_every_transaction_may_have_another_connection(
    postgres: str, tmp_path: Path
) -> None:
    found = run(PROGRAM, postgres, tmp_path, PREPARED_STATEMENTS="false")
    assert found == {"kept": 0, "cursors": False, "works": True}


@pytest.fixture
def pooled(postgres: str) -> Iterator[str]:
    """The same PostgreSQL as a pooler shows it: greeted by a process that is not the one at work."""
    there = urlsplit(postgres)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=_serve, args=(listening, (there.hostname, there.port)), daemon=True).start()
        yield postgres.replace(f"{there.hostname}:{there.port}", f"127.0.0.1:{listening.getsockname()[1]}")


def _serve(listening: socket.socket, there: tuple[str | None, int | None]) -> None:
    while True:
        try:
            client, _address = listening.accept()
        except OSError:
            return
        server = socket.create_connection((there[0] or "", there[1] or 5432))
        threading.Thread(target=_pass_on, args=(client, server, False), daemon=True).start()
        threading.Thread(target=_pass_on, args=(server, client, True), daemon=True).start()


def _pass_on(source: socket.socket, target: socket.socket, is_greeting: bool) -> None:
    key = b"K\x00\x00\x00\x0c"  # BackendKeyData: process and secret, once, in the greeting
    with source, target, contextlib.suppress(OSError):  # the other half has closed both
        while block := source.recv(65536):
            if is_greeting and (at := block.find(key)) >= 0:
                block = block[: at + 5] + b"\x7f\xff\xff\xff" + block[at + 9 :]
            target.sendall(block)


def test_the_doctor_notes_a_pooler_while_statements_are_prepared(postgres: str, pooled: str, tmp_path: Path) -> None:
    assert "database_pooler" in str(run(FINDINGS, pooled, tmp_path))
    assert "database_pooler" not in str(run(FINDINGS, pooled, tmp_path, PREPARED_STATEMENTS="false"))
    assert "database_pooler" not in str(run(FINDINGS, postgres, tmp_path))
