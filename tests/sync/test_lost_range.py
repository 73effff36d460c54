"""The server was restored to before its own word: what a device had let go of is written down, and its log goes on."""

from pathlib import Path
from typing import Any

import pytest
from pytest_django.fixtures import Settings

from server.ledger.models import Entry
from server.people.models import Device
from server.people.services import revoke_device
from server.sync.models import DeviceLog, LostRange, Operation, SealedOperation
from tests.actors import people_of_a_city
from tests.config.copying import Office, said
from tests.devices import Refused, TestDevice
from tests.sync.pushing import statuses
from tests.sync.test_sealed_quarantine import release

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def office(settings: Settings, tmp_path: Path) -> Office:
    settings.EVIDENCE_DIR = tmp_path / "evidence"
    return Office(people_of_a_city())


@pytest.fixture
def phone(office: Office) -> TestDevice:
    return office.phone


@pytest.fixture
def gone(office: Office, tmp_path: Path) -> str:
    """Two acts are in the backup, five were called safe: what the device trusted, after the restore."""
    office.record(2)
    office.sync()
    said("backup", tmp_path / "copy")
    office.record(3)
    office.sync()
    office.phone.push()
    trusted = office.phone.statement_text
    said("restore", tmp_path / "copy", "--force")
    with pytest.raises(Refused):
        office.phone.push()
    assert office.phone.acked_seq == 2
    return trusted


def test_the_log_goes_on_behind_the_hole_with_an_alarm(office: Office, phone: TestDevice, gone: str) -> None:
    office.record(1)
    answer = phone.push(first_seq=6, lost=gone)
    assert statuses(answer) == [("applied", "ok")]
    assert (phone.acked_seq, phone.statement["acked_hash"]) == (6, phone.head(6).hex())
    lost = LostRange.objects.get()
    assert (lost.first_seq, lost.last_seq, lost.last_hash) == (3, 5, phone.head(5).hex())
    assert Entry.objects.get(kind="lost_range").view.count('"last_seq":5') == 1


def test_the_same_said_twice_is_one_hole(office: Office, phone: TestDevice, gone: str) -> None:
    office.record(1)
    phone.push(first_seq=6, lost=gone)
    again = phone.push(first_seq=6, lost=gone)
    assert [result["repeated"] for result in again["results"]] == [True]
    assert LostRange.objects.count() == Entry.objects.filter(kind="lost_range").count() == 1


def test_an_empty_push_may_tell_of_it_too(phone: TestDevice, gone: str) -> None:
    phone.push(first_seq=6, lost=gone)
    assert phone.acked_seq == 5


def test_without_proof_a_gap_is_a_gap(office: Office, phone: TestDevice, gone: str) -> None:
    office.record(1)
    with pytest.raises(Refused) as refusal:
        phone.push(first_seq=6)
    assert refusal.value.code == "sequence_gap"


@pytest.mark.parametrize("which", ["of this life", "forged", "too low", "not signed"])
def test_what_proves_nothing_is_refused_and_changes_nothing(
    office: Office, phone: TestDevice, gone: str, which: str
) -> None:
    phone.push(first_seq=3, limit=0)
    proof = {
        "of this life": phone.statement_text,
        "forged": gone[:-4] + "AAAA",
        "too low": gone,
        "not signed": "x",
    }[which]
    first = 7 if which == "too low" else 6
    office.record(2)
    with pytest.raises(Refused) as refusal:
        phone.push(first_seq=first, lost=proof)
    assert (refusal.value.status, refusal.value.code) == (422, "lost_unproven")
    assert not LostRange.objects.exists()
    assert DeviceLog.objects.get(pk=phone.id).acked_seq == 2


def test_a_log_that_does_not_hold_together_behind_the_hole_opens_none(
    office: Office, phone: TestDevice, gone: str
) -> None:
    office.record(1)
    with pytest.raises(Refused) as refusal:
        phone.push(first_seq=6, lost=gone, prev_hash="0" * 64)
    assert refusal.value.code in ("chain_invalid", "lost_unproven")
    assert not LostRange.objects.exists()
    assert DeviceLog.objects.get(pk=phone.id).acked_seq == 2


def test_what_turns_up_again_fills_the_hole(office: Office, phone: TestDevice, gone: str) -> None:
    office.record(1)
    phone.push(first_seq=6, lost=gone)
    answer = phone.push(first_seq=3)
    assert [(result["seq"], result["repeated"]) for result in answer["results"]] == [
        (3, False),
        (4, False),
        (5, False),
        (6, True),
    ]
    assert Operation.objects.filter(device_id=phone.id).count() == 6
    assert phone.acked_seq == 6


@pytest.fixture
def revoked(office: Office, phone: TestDevice, gone: str) -> TestDevice:
    """After the restore it recorded two acts more; then it was revoked."""
    office.record(2)
    revoke_device(device=Device.objects.get(pk=phone.id), reason="遗失", by=office.cast.duty)
    return phone


def sealed_up_to(phone: TestDevice, **how: Any) -> int:
    with pytest.raises(Refused) as refusal:
        phone.push(**how)
    assert refusal.value.code == "device_revoked"
    return int(refusal.value.problem["sealed"]["seq"])


def test_a_revoked_device_hands_over_what_is_behind_its_hole_in_parts_and_two_persons_release_it(
    office: Office, revoked: TestDevice, gone: str
) -> None:
    assert sealed_up_to(revoked, first_seq=7) == 2, "nothing explains the hole yet"
    assert sealed_up_to(revoked, first_seq=6, limit=1, lost=gone) == 7
    assert DeviceLog.objects.get(pk=revoked.id).acked_seq == 2, "sealed, without effect"
    assert not LostRange.objects.exists()

    told = release(office.cast, revoked)["outcome"]

    assert (told["operations"], told["left"]) == (2, 0)
    lost = LostRange.objects.get()
    assert (lost.first_seq, lost.last_seq) == (3, 5)
    statuses_now = Operation.objects.filter(device_id=revoked.id).order_by("seq").values_list("seq", "status")
    assert list(statuses_now) == [(seq, "applied") for seq in (1, 2, 6, 7)]


def test_a_revoked_devices_work_behind_a_gap_nobody_explains_is_kept_and_stays_sealed(
    office: Office, revoked: TestDevice, gone: str
) -> None:
    assert sealed_up_to(revoked, first_seq=6, lost="x") == 2
    assert sorted(SealedOperation.objects.values_list("seq", flat=True)) == [6, 7]
    assert release(office.cast, revoked)["outcome"]["left"] == 2
    assert DeviceLog.objects.get(pk=revoked.id).acked_seq == 2


def test_what_was_never_called_safe_is_no_hole(office: Office, settings: Settings, tmp_path: Path) -> None:
    settings.SAFE_POLICY = "backup"
    said("backup", tmp_path / "empty")
    office.record(3)
    office.sync()
    trusted = office.phone.statement_text
    said("restore", tmp_path / "empty", "--force")
    with pytest.raises(Refused):
        office.phone.push()
    with pytest.raises(Refused) as refusal:
        office.phone.push(first_seq=3, lost=trusted)
    assert refusal.value.code == "lost_unproven"
