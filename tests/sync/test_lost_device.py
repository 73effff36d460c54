"""A lost device: one call ends it and names what went with it, as far as anybody can know."""

import json
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from server.cases.models import Case
from server.common.clock import now
from server.ledger.models import Entry
from server.people.models import Device
from server.people.services import revoke_device
from server.sync.lost import held_by
from server.sync.models import DeviceView
from tests.actors import Cast, browser_of
from tests.devices import TestDevice
from tests.pictures import jpeg
from tests.sync.pushing import COMPLETE


@pytest.fixture
def lost(phone: TestDevice, held: Case) -> TestDevice:
    """Pulled its case, pushed one act whose photo is not here, and said that it holds a second act with two photos."""
    phone.pull()
    phone.record("LOCATE", case_id=held.pk, fields=COMPLETE, photos=[jpeg()])
    first = {"seq": 1, "kind": "LOCATE", "case_id": str(held.pk), "hashes": ["a" * 64]}
    second = {"seq": 2, "kind": "SEAL", "case_id": str(held.pk), "hashes": ["b" * 64, "c" * 64]}
    phone.push(status={"unsent": [first, second], "pending_bytes": 700_000})
    return phone


def asked(browser: Any, path: str, **members: Any) -> Any:
    return browser.post(path, json.dumps(members), content_type="application/json")


def test_one_call_ends_a_device_and_names_what_it_held(cast: Cast, held: Case, lost: TestDevice) -> None:
    answer = asked(browser_of(cast.duty), f"/api/v1/devices/{lost.id}/revoke", reason="遗失")
    told = answer.json()
    assert answer.status_code == 200
    assert told["revoked_at"]
    assert told["officer"] == cast.holder.name
    assert [case["case_no"] for case in told["cases"]] == [held.case_no]
    assert [(act["seq"], act["kind"], act["case"]["case_no"], act["photos"]) for act in told["acts"]] == [
        (2, "SEAL", held.case_no, 2)
    ]
    assert [photo["case"]["case_no"] for photo in told["photos"]] == [held.case_no]
    assert (told["photo_count"], told["bytes"], told["is_cut"]) == (3, 700_000, False)
    assert Entry.objects.filter(kind="device_revoked").count() == 1


def test_an_act_that_arrived_with_the_report_is_not_lost(cast: Cast, lost: TestDevice) -> None:
    device = Device.objects.get(pk=lost.id)
    assert [act.seq for act in held_by(device, reader=cast.duty).acts] == [2]


def test_a_photo_that_arrived_is_not_lost(cast: Cast, phone: TestDevice, held: Case) -> None:
    photo = jpeg()
    phone.record("LOCATE", case_id=held.pk, fields=COMPLETE, photos=[photo])
    phone.push()
    assert held_by(Device.objects.get(), reader=cast.duty).photo_count == 1
    assert phone.upload(photo) == 204
    assert held_by(Device.objects.get(), reader=cast.duty).photo_count == 0


def test_cases_are_named_to_those_who_may_see_them_only(cast: Cast, held: Case, lost: TestDevice) -> None:
    answer = asked(browser_of(cast.sysadmin), f"/api/v1/devices/{lost.id}/revoke", reason="遗失")
    assert held.case_no not in answer.content.decode()
    assert (answer.json()["cases"], answer.json()["other_cases"]) == ([], 1)
    assert answer.json()["acts"][0]["case"] is None


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("holder", 200),
        ("duty", 200),
        ("director", 200),
        ("sysadmin", 200),
        ("inspector", 403),
        ("supervisor", 403),
        ("colleague", 404),
        ("stranger", 404),
    ],
)
def test_its_officer_and_those_who_look_after_devices_end_it(
    cast: Cast, lost: TestDevice, who: str, status: int
) -> None:
    answer = asked(browser_of(getattr(cast, who)), f"/api/v1/devices/{lost.id}/revoke", reason="遗失")
    assert answer.status_code == status
    assert (Device.objects.get(pk=lost.id).revoked_at is not None) == (status == 200)


def test_what_a_device_says_of_itself_is_never_believed_to_be_well_formed(cast: Cast, phone: TestDevice) -> None:
    words: list[dict[str, Any]] = [{"unsent": "?"}, {"unsent": [1, {"seq": "x", "hashes": 3}]}, {"pending_bytes": -3}]
    for status in words:
        Device.objects.update(last_status=status)
        held = held_by(Device.objects.get(), reader=cast.duty)
        assert (held.acts, held.bytes) == ([], 0)


def test_the_report_says_until_when_it_can_be_read(cast: Cast, lost: TestDevice) -> None:
    until = now() + timedelta(days=3)
    DeviceView.objects.update(lease_until=until)
    assert held_by(Device.objects.get(pk=lost.id), reader=cast.duty).readable_until == until


def said(*arguments: str) -> str:
    out = StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


def test_the_command_ends_a_device_once_and_names_what_it_held(cast: Cast, held: Case, lost: TestDevice) -> None:
    text = said("revoke_device", str(lost.id), "--reason", "遗失")
    assert held.case_no in text
    assert "SEAL" in text
    revoked_at = Device.objects.get().revoked_at
    told = json.loads(said("revoke_device", str(lost.id), "--reason", "again", "--json"))
    device = Device.objects.get()
    assert (device.revoked_at, device.revoked_reason) == (revoked_at, "遗失")
    assert [act["case"]["case_no"] for act in told["acts"]] == [held.case_no]


def test_an_unknown_device_is_not_revoked(cast: Cast) -> None:
    with pytest.raises(CommandError):
        said("revoke_device", str(cast.court.pk), "--reason", "遗失")


def test_revoking_twice_is_one_entry(cast: Cast, lost: TestDevice) -> None:
    for _ in range(2):
        revoke_device(device=Device.objects.get(), reason="遗失", by=cast.duty)
    assert Entry.objects.filter(kind="device_revoked").count() == 1
