"""From when on devices may let go: each policy says safe only what would survive the loss of this server."""

from pathlib import Path

import pytest
from pytest_django.fixtures import Settings

from server.ledger.models import Head
from server.people.streams import court_stream
from server.sync.models import DeviceLog
from tests.actors import people_of_a_city
from tests.config.copying import Office, refusal_of, said

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def office(settings: Settings, tmp_path: Path) -> Office:
    settings.EVIDENCE_DIR = tmp_path / "evidence"
    settings.SAFE_POLICY = "backup"
    office = Office(people_of_a_city())
    office.record(2)
    office.sync()
    office.phone.push()
    return office


def safe_of(office: Office) -> tuple[int, int]:
    office.phone.push()
    statement = office.phone.statement
    assert statement["safe_hash"] == office.phone.head(statement["safe_seq"]).hex()
    return statement["safe_seq"], statement["safe_position"]


def position_of(office: Office) -> int:
    return Head.objects.get(pk=court_stream(office.cast.court.pk)).position


def test_under_commit_what_is_acknowledged_is_safe(office: Office, settings: Settings) -> None:
    settings.SAFE_POLICY = "commit"
    assert safe_of(office) == (2, position_of(office))


def test_under_backup_nothing_is_safe_before_a_backup_was_verified(office: Office, tmp_path: Path) -> None:
    assert safe_of(office) == (0, 0)
    said("backup", tmp_path / "copy")
    assert safe_of(office) == (0, 0)

    covered = position_of(office)
    office.record(1)
    office.sync()
    said("verify_backup", tmp_path / "copy")

    # The third act came after the copy: it is acknowledged, and not safe.
    assert safe_of(office) == (2, covered)
    assert office.phone.acked_seq == 3


def test_an_older_backup_verified_again_takes_nothing_back(office: Office, tmp_path: Path) -> None:
    said("backup", tmp_path / "older")
    office.record(1)
    office.sync()
    said("backup", tmp_path / "newer")
    said("verify_backup", tmp_path / "newer")
    newer = safe_of(office)
    said("verify_backup", tmp_path / "older")
    assert safe_of(office) == newer
    assert newer[0] == 3


def test_a_damaged_backup_makes_nothing_safe(office: Office, tmp_path: Path) -> None:
    said("backup", tmp_path / "copy")
    next((tmp_path / "copy" / "evidence" / "originals").rglob("*/*/*")).write_bytes(b"other bytes")
    refusal_of("verify_backup", tmp_path / "copy")
    assert safe_of(office) == (0, 0)


def test_a_backup_of_an_earlier_life_makes_nothing_safe(office: Office, tmp_path: Path) -> None:
    said("backup", tmp_path / "first")
    office.record(1)
    office.sync()
    said("backup", tmp_path / "second")
    said("restore", tmp_path / "first", "--force")
    said("verify_backup", tmp_path / "second")

    log = DeviceLog.objects.get(pk=office.phone.id)
    assert (log.acked_seq, log.safe_seq) == (2, 2)


def test_what_was_restored_is_safe_and_what_comes_after_is_not(office: Office, tmp_path: Path) -> None:
    said("backup", tmp_path / "copy")
    office.record(1)
    office.sync()
    said("restore", tmp_path / "copy", "--force")
    with pytest.raises(Exception, match="epoch_changed"):
        office.phone.push()
    office.sync()
    assert office.phone.acked_seq == 3
    assert safe_of(office)[0] == 2
