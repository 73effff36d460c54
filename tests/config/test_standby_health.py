"""The doctor says whether what SAFE_POLICY=standby leans on stands. With a real one: tests/journeys/test_standby.py."""

from datetime import timedelta
from pathlib import Path

import pytest
from pytest_django.fixtures import Settings

from server.common.clock import now
from server.config.operations import standby, standby_health
from server.config.operations.standby import call_flushed_safe
from server.config.operations.standby_health import standby_findings
from server.evidence.models import StoredFile
from server.evidence.services import replicate_files
from tests.actors import people_of_a_city
from tests.config.copying import Office

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def office(settings: Settings, tmp_path: Path) -> Office:
    settings.EVIDENCE_DIR, settings.SAFE_POLICY = tmp_path / "evidence", "standby"
    settings.EVIDENCE_REPLICA_DIR = tmp_path / "second"
    office = Office(people_of_a_city())
    office.record(2)
    office.sync()
    return office


def found() -> dict[str, str]:
    return {finding.code: finding.level for finding in standby_findings()}


def safe_of(office: Office) -> tuple[int, int]:
    office.phone.push()
    return office.phone.statement["safe_seq"], office.phone.statement["safe_position"]


def test_a_second_copy_that_does_not_keep_up_is_found(office: Office) -> None:
    assert found()["replica"] == "fine"
    StoredFile.objects.update(stored_at=now() - timedelta(hours=2))
    assert found()["replica_late"] == "fault"
    replicate_files()
    assert found()["replica"] == "fine"


@pytest.mark.on_postgres
@pytest.mark.parametrize(("behind", "code"), [(None, "standby_missing"), (1, "standby_behind"), (0, "standby")])
def test_the_standby_is_looked_at(
    office: Office, monkeypatch: pytest.MonkeyPatch, behind: int | None, code: str
) -> None:
    monkeypatch.setattr(standby_health, "standbys_behind", lambda end: behind)
    assert code in found()


@pytest.mark.on_postgres
def test_entries_are_safe_up_to_the_first_whose_file_has_no_second_copy(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(standby, "standbys_behind", lambda end: 0)
    call_flushed_safe()
    seq, before_files = safe_of(office)
    assert seq == 2
    assert replicate_files() == 2
    call_flushed_safe()
    assert safe_of(office)[1] > before_files
    office.record(1)
    office.sync()
    reached = safe_of(office)[1]
    call_flushed_safe()
    seq, covered = safe_of(office)
    assert seq == 3
    assert reached < covered < office.phone.statement["position"]
