"""The log of a shift: one stands for a desk, it is written into, handed over with what is open, and taken over."""

from typing import Any

import pytest

from server.duty.models import Shift, ShiftNote
from server.ledger.models import Entry
from server.people.models import Officer
from tests.actors import browser_of
from tests.supervision.conftest import Bureau, Clock


def post(officer: Officer, path: str, **body: Any) -> tuple[int, Any]:
    answer = browser_of(officer).post(f"/api/v1{path}", body, content_type="application/json")
    return answer.status_code, answer.json()


@pytest.fixture
def shift(bureau: Bureau) -> str:
    status, made = post(bureau.cast.duty, "/shifts")
    assert status == 200
    return str(made["id"])


def test_a_shift_is_handed_over_with_what_is_open_and_acknowledged(
    shift: str, late: None, bureau: Bureau, relief: Officer, clock: Clock
) -> None:
    post(bureau.cast.duty, f"/shifts/{shift}/lines", text="三点二十分，海门来电")
    status, handed = post(bureau.cast.duty, f"/shifts/{shift}/hand-over", summary="一件严重逾期，已催办")
    assert (status, handed["left_open"]["severe"], handed["left_open"]["open"]) == (200, 1, 1)
    clock.on(11, 7, 16)
    status, taken = post(relief, f"/shifts/{shift}/take-over", note="已阅")
    assert (status, taken["officer"]["name"], taken["lines"]) == (200, relief.name, [])
    read = browser_of(bureau.cast.director).get(f"/api/v1/shifts/{shift}").json()
    assert (read["taken_by"]["name"], read["summary"]) == (relief.name, "一件严重逾期，已催办")
    assert [line["text"] for line in read["lines"]] == ["三点二十分，海门来电", "已阅"]
    assert Shift.objects.filter(taken_at=None).count() == 1
    kinds = ["shift_began", "shift_noted", "shift_handed_over", "shift_taken_over", "shift_began"]
    entries = Entry.objects.filter(kind__startswith="shift").order_by("position")
    assert list(entries.values_list("kind", flat=True)) == kinds


def test_one_nobody_handed_over_is_taken_over_with_a_reason(shift: str, bureau: Bureau, relief: Officer) -> None:
    assert post(relief, f"/shifts/{shift}/take-over")[1]["code"] == "note_required"
    assert post(relief, f"/shifts/{shift}/take-over", note="前班离岗未交")[0] == 200
    assert ShiftNote.objects.get().text == "前班离岗未交"


def test_what_does_not_fit_is_refused(shift: str, bureau: Bureau, relief: Officer) -> None:
    assert post(relief, "/shifts")[1]["code"] == "shift_stands"
    assert post(relief, f"/shifts/{shift}/hand-over", summary="交班")[1]["code"] == "not_on_duty"
    assert post(bureau.cast.duty, f"/shifts/{shift}/take-over", note="我")[1]["code"] == "shift_own"
    assert post(bureau.cast.duty, f"/shifts/{shift}/lines", text=" ")[1]["code"] == "note_required"
    assert post(bureau.cast.stranger, f"/shifts/{shift}/lines", text="x")[1]["code"] == "shift_not_found"
    assert post(bureau.cast.supervisor, f"/shifts/{shift}/lines", text="x")[0] == 403
    assert post(bureau.cast.inspector, f"/shifts/{shift}/lines", text="x")[1]["code"] == "role_required"
    post(relief, f"/shifts/{shift}/take-over", note="接班")
    assert post(bureau.cast.duty, f"/shifts/{shift}/lines", text="晚了")[1]["code"] == "shift_over"


def test_a_superior_court_reads_the_log_and_pages_through_the_shifts(
    shift: str, bureau: Bureau, relief: Officer
) -> None:
    post(relief, f"/shifts/{shift}/take-over", note="接班")
    browser = browser_of(bureau.cast.supervisor)
    first = browser.get("/api/v1/shifts?limit=1").json()
    second = browser.get(f"/api/v1/shifts?limit=1&cursor={first['next']}").json()
    assert [first["items"][0]["officer"]["name"], second["items"][0]["id"]] == [relief.name, shift]
    assert second["next"] is None
    assert browser_of(bureau.cast.holder).get("/api/v1/shifts").json()["items"] == []
