"""补正 on the device: a new record beside the old one, of the same act, with a reason; also offline."""

import json
from typing import Any

import pytest

from client_sdk.errors import InvalidRecord, NotFound
from tests.client_sdk.conftest import Device

CASE = "0199a000-0000-7000-8000-000000000001"


def bodies(device: Device) -> list[dict[str, Any]]:
    return [json.loads(operation.body) for operation in device.field.holdings.outbox.after(0, 99, 10**9)]


@pytest.fixture
def held(device: Device) -> Device:
    unit = {"case_no": "（2026）闽9821执1号", "assignment_no": 3, "nodes": []}
    device.court.units[("case", CASE)] = ("t1", unit)
    device.field.sync()
    device.line.go_offline()
    return device


def test_it_names_what_it_corrects_and_joins_its_act(held: Device) -> None:
    action = held.field.record_action(case_id=CASE, kind="LOCATE", fields={"narrative": "五楼", "result": "DONE"})
    correction = held.field.correct(action, fields={"narrative": "六楼"}, reason=" 楼层写错 ")
    first, second = bodies(held)
    assert second["corrects"] == action.hash == correction.corrects
    assert second["action_id"] == first["action_id"] == correction.id == action.id
    assert second["fields"] == {"narrative": "六楼", "correction_reason": "楼层写错"}
    assert (second["kind"], second["subjects"]) == (first["kind"], first["subjects"])
    assert second["id"] != first["id"]
    assert [each.seq for each in held.field.actions()] == [1, 2]
    assert held.field.action(action.id).seq == 1


def test_it_brings_photos_that_were_left_out(held: Device) -> None:
    action = held.field.record_action(case_id=CASE, kind="LOCATE")
    correction = held.field.correct(action.id, reason="补拍", photos=[held.field.capture(b"the door")])
    assert len(correction.files) == 1
    assert bodies(held)[1]["evidence"][0]["sha256"] == correction.files[0]


def test_the_number_typed_by_hand_stays_as_it_was_typed(held: Device) -> None:
    action = held.field.record_action(case_no="(2026)闽9821执1号", kind="LOCATE")
    held.field.correct(action, reason="补记", fields={"narrative": "无人"})
    first, second = bodies(held)
    assert first["subjects"] == second["subjects"]


def test_the_case_shows_the_act_once(held: Device) -> None:
    action = held.field.record_action(case_id=CASE, kind="LOCATE")
    held.field.correct(action, reason="补记")
    assert [each.id for each in held.field.case(CASE).actions] == [action.id]


def test_a_correction_may_be_corrected(held: Device) -> None:
    action = held.field.record_action(case_id=CASE, kind="LOCATE")
    second = held.field.correct(action, reason="补记")
    third = held.field.correct(second, reason="再补记")
    assert bodies(held)[2]["corrects"] == second.hash
    assert third.id == action.id


@pytest.mark.parametrize("reason", ["", "  ", None])
def test_without_a_reason_nothing_is_recorded(held: Device, reason: Any) -> None:
    action = held.field.record_action(case_id=CASE, kind="LOCATE")
    with pytest.raises(InvalidRecord) as refused:
        held.field.correct(action, reason=reason)
    assert "理由" in str(refused.value)
    assert len(held.field.actions()) == 1


def test_an_act_of_another_device_is_not_found(held: Device) -> None:
    with pytest.raises(NotFound):
        held.field.correct("0199a000-0000-7000-8000-00000000000f", reason="补记")


def test_an_act_whose_body_was_let_go_of_is_corrected_too(held: Device) -> None:
    action = held.field.record_action(case_id=CASE, kind="LOCATE", fields={"narrative": "五楼"})
    database = held.field.holdings.store.database
    with database.transaction():
        database.run("UPDATE operation SET is_let_go = 1 WHERE seq = 1")
    correction = held.field.correct(action, fields={"narrative": "六楼"}, reason="楼层写错")
    assert (correction.id, correction.corrects, correction.case_ids) == (action.id, action.hash, (CASE,))
