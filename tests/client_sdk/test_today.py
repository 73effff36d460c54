"""An officer's day and his device's state, offline."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from client_sdk import messages
from client_sdk.clock import from_wire, zone_name
from client_sdk.errors import NotSent
from tests.client_sdk.conftest import Device
from tests.client_sdk.court import Court


def put(court: Court, number: int, *nodes: dict[str, Any]) -> None:
    case_id = f"0199a000-0000-7000-8000-{number:012d}"
    court.units[("case", case_id)] = ("t1", {"case_no": f"(2026)闽9821执{number}号", "nodes": list(nodes)})


def node(due_on: str | None, state: str = "RUNNING") -> dict[str, Any]:
    return {"id": str(uuid4()), "key": "seal", "zh": "查封", "en": "Seal", "state": state, "due_on": due_on}


def test_running_nodes_come_by_due_date_the_overdue_first(device: Device) -> None:
    device.clock.moment = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
    put(device.court, 1, node("2026-11-25"), node("2026-11-20", "DONE"), node(None))
    put(device.court, 2, node("2026-11-21"), node("2026-11-22"))
    device.field.sync()
    device.line.go_offline()
    today = device.field.today()
    assert today.date == date(2026, 11, 22)
    assert [(due.case_no, due.days_left) for due in today.nodes] == [
        ("(2026)闽9821执2号", -1),
        ("(2026)闽9821执2号", 0),
        ("(2026)闽9821执1号", 3),
    ]
    assert today.as_of is not None


def test_of_one_day_what_ends_within_it_comes_first_by_the_hour(device: Device) -> None:
    device.clock.moment = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
    morning, noon, whole = node("2026-11-22"), node("2026-11-22"), node("2026-11-22")
    morning |= {"due_at": "2026-11-22T01:00:00.000Z", "is_provisional": True}
    noon |= {"due_at": "2026-11-22T12:00:00.000+08:00"}
    put(device.court, 1, whole, noon, node("2026-11-23") | {"due_at": "soon"}, morning)
    device.field.sync()
    due = [each.node for each in device.field.today().nodes]
    assert [each.id for each in due[:3]] == [morning["id"], noon["id"], whole["id"]]
    assert due[0].due_at == datetime(2026, 11, 22, 1, tzinfo=UTC)
    assert [each.is_provisional for each in due] == [True, False, False, False]
    assert due[3].due_at is None, "not understood"


def test_the_date_is_chinas_whatever_the_devices_zone(device: Device) -> None:
    device.clock.moment = datetime(2026, 11, 22, 16, 30, tzinfo=UTC)
    assert device.field.today().date == date(2026, 11, 23)


def test_orders_come_from_the_profile_and_unsent_work_from_the_outbox(device: Device) -> None:
    device.court.units[("profile", "me")] = ("p1", {"name": "王执行", "orders": [{"id": "o-1", "zh": "限期查封"}]})
    device.field.sync()
    action = device.field.record_action(case_no="(2026)闽9821执1号", kind="LOCATE")
    today = device.field.today()
    assert [order["id"] for order in today.orders] == ["o-1"]
    assert [unsent.id for unsent in today.unsent] == [action.id]


def test_before_the_first_pull_the_day_is_empty_and_says_so(device: Device) -> None:
    today = device.field.today()
    assert (today.nodes, today.as_of) == ((), None)


def test_status_counts_what_is_unsent_in_operations_files_and_bytes(device: Device) -> None:
    photo = device.field.capture(bytes(1000))
    action = device.field.record_action(case_no="1", kind="LOCATE", photos=[photo])
    status = device.field.status()
    assert (status.unsent_operations, status.unsent_files) == (1, 1)
    assert status.unsent_bytes == action.size + 1000
    device.field.sync()
    status = device.field.status()
    assert (status.unsent_operations, status.unsent_files, status.unsent_bytes) == (0, 0, 0)
    assert (status.unsafe_operations, status.unsafe_files) == (0, 0)
    assert status.last_contact_at is not None


def test_the_clock_is_judged_within_one_boot_by_the_time_since_boot(device: Device) -> None:
    device.clock.advance(days=3)
    status = device.field.status()
    assert status.clock == "consistent"
    device.clock.drift = timedelta(minutes=-7)
    status = device.field.status()
    assert status.clock == "skewed"
    assert status.clock_offset_seconds == pytest.approx(-420, abs=5)


def test_after_another_boot_the_clock_is_unbounded_unless_it_stands_before_the_last_contact(device: Device) -> None:
    device.clock.boot = "boot-2"
    device.clock.advance(hours=1)
    assert device.field.status().clock == "unbounded"
    device.clock.advance(hours=-5)
    assert device.field.status().clock == "skewed"


def test_texts_are_chinese_first_and_english_by_choice(monkeypatch: pytest.MonkeyPatch) -> None:
    fault = NotSent("server_fault", status=500)
    assert "服务器" in str(fault)
    assert "fault (500)" in fault.text("en")
    monkeypatch.setenv("ZHIXING_LANG", "en_GB")
    assert str(fault).startswith("The server")


def test_every_text_stands_in_both_languages_and_unknown_codes_are_shown_as_they_are() -> None:
    for code, (chinese, english) in messages.CATALOGUE.items():
        assert chinese, code
        assert english, code
        assert english.isascii(), code
    assert messages.text("something_new", note="do this") == "something_new: do this"


def test_a_zone_is_named_also_where_the_machine_has_no_zone_files(monkeypatch: pytest.MonkeyPatch) -> None:
    moment = from_wire("2026-11-22T02:00:00Z")
    monkeypatch.setenv("TZ", "Asia/Shanghai")
    assert zone_name(moment) == "Asia/Shanghai"
    monkeypatch.delenv("TZ")
    monkeypatch.setattr("os.path.realpath", lambda path: path)
    assert "/" in zone_name(moment)
