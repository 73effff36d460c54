"""After a restore devices and watchers say how far they saw the ledger: so what only desks had written is counted."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from server.config.operations.ledger_health import ledger_findings
from server.ledger.models import Entry, Head, SeenHeight
from server.ledger.verify import verify_stream
from server.people.streams import court_stream
from tests.actors import browser_of, people_of_a_city
from tests.config.copying import Office, said
from tests.devices import Refused
from tests.realtime.ledgers import append_some

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def office(settings: Settings, tmp_path: Path) -> Office:
    settings.EVIDENCE_DIR = tmp_path / "evidence"
    office = Office(people_of_a_city())
    office.record(1)
    office.sync()
    return office


@pytest.fixture
def seen(office: Office, tmp_path: Path) -> dict[str, Any]:
    """How far the ledger was seen: three desk entries above what the backup holds."""
    said("backup", tmp_path / "copy")
    append_some(office.cast.court, 3)
    height = height_of(office)
    said("restore", tmp_path / "copy", "--force")
    return height


def height_of(office: Office) -> dict[str, Any]:
    head = Head.objects.get(pk=court_stream(office.cast.court.pk))
    return {"ledger_epoch": head.ledger_epoch, "position": head.position, "hash": head.hash}


def alarms() -> list[tuple[int, str]]:
    views = map(json.loads, Entry.objects.filter(kind="ledger_entries_lost").values_list("view", flat=True))
    return [(view["entries_lost"], view["reporter"]) for view in views]


def status(height: Any) -> dict[str, Any]:
    return {"unsent": [], "highest_ledger": height}


def test_the_push_that_hears_of_the_restore_has_told_of_the_height(office: Office, seen: dict[str, Any]) -> None:
    for _ in range(2):  # its first answer was lost on the way
        with pytest.raises(Refused, match="epoch_changed"):
            office.phone.push(server_epoch="of the lost life", status=status(seen))
    assert alarms() == [(3, f"device:{office.phone.id}")]
    assert verify_stream(court_stream(office.cast.court.pk)).is_sound
    assert {finding.code for finding in ledger_findings(is_deep=False)} >= {"ledger_lost"}


def test_one_that_learned_of_it_by_a_pull_tells_with_its_next_push(office: Office, seen: dict[str, Any]) -> None:
    with pytest.raises(Refused):
        office.phone.push()
    office.record(1)
    answer = office.phone.push(status=status(seen))
    assert alarms() == [(3, f"device:{office.phone.id}")]
    assert office.phone.statement["position"] == height_of(office)["position"]
    assert answer["results"][0]["status"] == "applied"


def test_a_second_report_counts_once_and_a_higher_one_of_another_device_again(
    office: Office, seen: dict[str, Any]
) -> None:
    from tests.sync.pushing import phone_of

    others = [phone_of(office.cast.colleague), phone_of(office.cast.duty)]
    with pytest.raises(Refused):
        office.phone.push(status=status(seen))
    others[0].push(status=status({**seen, "position": seen["position"] - 1}))
    others[1].push(status=status({**seen, "position": seen["position"] + 4}))
    others[1].push(status=status({**seen, "position": seen["position"] + 5}))
    assert alarms() == [(3, f"device:{office.phone.id}"), (7, f"device:{others[1].id}")]
    assert SeenHeight.objects.count() == 3


@pytest.mark.parametrize(
    "height",
    [
        None,
        7,
        {},
        {"ledger_epoch": "x"},
        {"ledger_epoch": "x" * 41, "position": 99},
        {"ledger_epoch": "x", "position": -1},
        {"ledger_epoch": "x", "position": True},
    ],
)
def test_what_tells_nothing_is_no_fault_of_the_push(office: Office, seen: Any, height: Any) -> None:
    with pytest.raises(Refused, match="epoch_changed"):
        office.phone.push(status=status(height))
    assert alarms() == []


def test_without_a_restore_there_is_no_other_life_to_be_lost(office: Office) -> None:
    office.phone.push(status=status({"ledger_epoch": "of nobody", "position": 1000}))
    office.phone.push(status=status(height_of(office)))
    assert alarms() == []


def test_what_the_backup_held_is_not_lost(office: Office, seen: dict[str, Any]) -> None:
    with pytest.raises(Refused):
        office.phone.push(status=status({**seen, "position": seen["position"] - 3}))
    assert alarms() == []


def test_a_height_of_a_life_between_two_restores_is_counted_from_where_the_present_one_begins(
    office: Office, seen: dict[str, Any], tmp_path: Path
) -> None:
    append_some(office.cast.court, 5)
    between = height_of(office)
    said("restore", tmp_path / "copy", "--force")
    with pytest.raises(Refused):
        office.phone.push(status=status(between))
    assert alarms() == [(6, f"device:{office.phone.id}")], "five, and the entry that told of the first restore"


def test_a_watcher_over_http_tells_by_where_it_goes_on_from(office: Office, seen: dict[str, Any]) -> None:
    browser: Client = browser_of(office.cast.duty)
    place = {"after": seen["position"], "ledger_epoch": seen["ledger_epoch"]}
    assert browser.get(f"/api/v1/live/{office.cast.court.pk}", place).status_code == 410
    assert alarms() == [(3, f"officer:{office.cast.duty.pk}")]
    assert browser_of(office.cast.stranger).get(f"/api/v1/live/{office.cast.court.pk}", place).status_code == 404
    assert SeenHeight.objects.count() == 1
