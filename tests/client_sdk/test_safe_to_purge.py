"""`safe_to_purge` is true only on verified statements and receipts of the current epochs."""

from collections.abc import Callable
from typing import Any

import pytest

from client_sdk import Action, NotFound, NotSent
from tests.client_sdk.conftest import Device

CASE = "0199a000-0000-7000-8000-000000000001"


def synced_action(device: Device) -> Action:
    photo = device.field.capture(b"photo")
    action = device.field.record_action(case_id=CASE, kind="SEAL", photos=[photo])
    device.field.sync()
    return action


def test_safe_when_the_statement_and_every_receipt_cover_it(device: Device) -> None:
    action = synced_action(device)
    assert device.field.safe_to_purge(action)
    assert device.reopen().safe_to_purge(action.id)


def test_not_safe_before_it_is_sent(device: Device) -> None:
    assert not device.field.safe_to_purge(device.field.record_action(case_id=CASE, kind="SEAL"))


@pytest.mark.parametrize("safe", [(0, 99), (1, 2)])
def test_not_safe_while_acknowledged_only(device: Device, safe: tuple[int, int]) -> None:
    device.court.safe = lambda court: (min(safe[0], len(court.log.bodies)), min(safe[1], court.position))
    assert not device.field.safe_to_purge(synced_action(device))


def test_not_safe_without_the_receipt_of_a_file(device: Device) -> None:
    device.court.keeps_promises = False
    action = synced_action(device)
    assert device.field.actions()[0].status == "applied"
    assert not device.field.safe_to_purge(action)


@pytest.mark.parametrize(
    "changed",
    [
        {"server_epoch": "another life"},
        {"ledger_epoch": "another ledger"},
        {"size": 4},
        {"seq": 2},
        {"position": 10_000},
        {"device": "0199a000-0000-7000-8000-00000000000f"},
        {"incarnation": 2},
        {"sha256": "0" * 64},
    ],
)
def test_not_safe_by_a_receipt_for_something_else(device: Device, changed: dict[str, Any]) -> None:
    device.court.keeps_promises = False
    action = synced_action(device)
    device.court.give_receipt(action.seq, next(iter(device.court.verified)), **changed)
    device.field.sync()
    assert not device.field.safe_to_purge(action)


def test_not_safe_by_a_receipt_the_court_did_not_sign(make_device: Callable[..., Device]) -> None:
    device, stranger = make_device(), make_device(name="stranger.db")
    device.court.keeps_promises = False
    action = synced_action(device)
    device.court.give_receipt(action.seq, next(iter(device.court.verified)))
    forged = device.court.receipts[0].split(".")[0] + "." + stranger.court.sign("receipt", {}).split(".")[1]
    device.court.receipts = [forged]
    device.field.sync()
    assert not device.field.safe_to_purge(action)


def test_not_safe_any_more_after_the_court_was_restored(device: Device) -> None:
    action = synced_action(device)
    device.court.restore(to_seq=1)
    device.line.before = lambda request: device.line.lose_next_request(99 if request.method == "PATCH" else 0)
    with pytest.raises(NotSent):
        device.field.sync()
    assert not device.field.safe_to_purge(action)
    device.line.before = lambda request: device.line.lose_next_request(0)
    device.field.sync()
    assert device.field.safe_to_purge(action)


def test_an_action_of_another_device_is_not_judged(device: Device) -> None:
    with pytest.raises(NotFound):
        device.field.safe_to_purge("0199a000-0000-7000-8000-0000000000ff")
