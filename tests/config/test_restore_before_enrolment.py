"""A server is restored from before a device was enrolled: it takes what the device owes, and shows it nothing yet."""

import io
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from pytest_django.fixtures import Settings

from server.common.hashing import sha256_hex
from server.evidence.services import open_range
from server.field.models import FieldAction
from server.ledger.models import Entry
from server.people.models import Device, Officer
from server.people.services import create_officer
from server.sync.models import Operation
from tests.actors import browser_of, people_of_a_city
from tests.config.copying import Office, said
from tests.devices import Refused
from tests.sync.pushing import phone_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def office(settings: Settings, tmp_path: Path) -> Office:
    settings.EVIDENCE_DIR = tmp_path / "evidence"
    settings.SAFE_POLICY = "backup"
    office = Office(people_of_a_city())
    said("backup", tmp_path / "copy")
    office.phone = phone_of(office.cast.holder, office.phone.transport)
    office.record(3)
    office.sync()
    return office


def lose_the_server(settings: Settings, tmp_path: Path) -> None:
    settings.EVIDENCE_DIR = tmp_path / "new disk"
    said("restore", tmp_path / "copy", "--force")


def sync_after_restore(office: Office) -> None:
    with pytest.raises(Refused) as refusal:
        office.phone.push()
    assert (refusal.value.code, office.phone.acked_seq) == ("epoch_changed", 0)
    office.sync()


def test_everything_is_there_again_after_one_sync(office: Office, settings: Settings, tmp_path: Path) -> None:
    lose_the_server(settings, tmp_path)
    assert not Device.objects.filter(pk=office.phone.id).exists()
    sync_after_restore(office)

    assert office.phone.acked_seq == Operation.objects.count() == FieldAction.objects.count() == 3
    assert all(FieldAction.objects.values_list("is_complete", flat=True))
    for photo in office.photos.values():
        assert b"".join(open_range(sha256_hex(photo))) == photo
    assert set(Operation.objects.values_list("status", flat=True)) == {"applied"}
    assert Entry.objects.filter(kind="device_recovered").count() == 1


def test_it_reads_nothing_until_the_desk_has_looked(office: Office, settings: Settings, tmp_path: Path) -> None:
    lose_the_server(settings, tmp_path)
    sync_after_restore(office)
    status, problem = office.phone.pull()
    assert (status, problem["code"]) == (403, "device_unconfirmed")

    own, desk = browser_of(office.cast.holder), browser_of(office.cast.director)
    address = f"/api/v1/devices/{office.phone.id}/confirm"
    assert own.post(address).status_code == 403
    confirmed = desk.post(address)
    assert confirmed.status_code == 200
    assert confirmed.json()["confirmed_at"]
    assert desk.post(address).json()["code"] == "device_not_waiting"

    status, pulled = office.phone.pull()
    assert (status, str(office.case.pk) in pulled["answer"]) == (200, True)


def test_an_operator_confirms_it_by_command(office: Office, settings: Settings, tmp_path: Path) -> None:
    lose_the_server(settings, tmp_path)
    sync_after_restore(office)
    assert str(office.phone.id) in plain("confirm_device")
    plain("confirm_device", office.phone.id)
    assert plain("confirm_device") == ""
    assert office.phone.pull()[0] == 200


def test_an_officer_entered_since_is_known_by_a_name_to_be_filled_in(
    office: Office, settings: Settings, tmp_path: Path
) -> None:
    newcomer = create_officer(court=office.cast.court, staff_no="9001", name="新来的", roles=["officer"])
    phone = phone_of(newcomer, office.phone.transport)
    office.phone = phone
    office.record(1)
    office.sync()
    lose_the_server(settings, tmp_path)
    sync_after_restore(office)

    assert Operation.objects.filter(device_id=phone.id).count() == 1
    assert not Officer.objects.get(pk=newcomer.pk).is_active
    said_no = plain_refusal("confirm_device", phone.id, "--staff-no", "9001")
    assert "--name" in said_no
    plain("confirm_device", phone.id, "--staff-no", "9001", "--name", "新来的")
    named = Officer.objects.get(pk=newcomer.pk)
    assert (named.staff_no, named.name, named.is_active) == ("9001", "新来的", True)
    assert phone.pull()[0] == 200


def test_two_requests_at_once_bring_one_device_back(office: Office, settings: Settings, tmp_path: Path) -> None:
    lose_the_server(settings, tmp_path)
    sync_after_restore(office)
    office.phone.push()
    assert Device.objects.filter(pk=office.phone.id).count() == 1
    assert Entry.objects.filter(kind="device_recovered").count() == 1


def plain(command: str, *arguments: object) -> str:
    out = io.StringIO()
    call_command(command, *map(str, arguments), stdout=out)
    return out.getvalue()


def plain_refusal(command: str, *arguments: object) -> str:
    with pytest.raises(CommandError) as refusal:
        plain(command, *arguments)
    return str(refusal.value)


def test_a_pull_that_comes_first_is_told_to_wait_and_not_that_nobody_knows_it(
    office: Office, settings: Settings, tmp_path: Path
) -> None:
    lose_the_server(settings, tmp_path)
    status, problem = office.phone.pull()
    assert (status, problem["code"]) == (403, "device_unconfirmed")
    sync_after_restore(office)
    assert Operation.objects.count() == 3
