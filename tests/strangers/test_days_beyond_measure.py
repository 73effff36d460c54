"""Days from the ends of the calendar, over every door that takes one: refused in words, never a fault of our own."""

import json
from typing import Any

import pytest

from server.cases.models import Case
from server.cases.services import add_property
from tests.actors import Cast, browser_of
from tests.cases.conftest import file_one
from tests.sync.pushing import hold

pytestmark = pytest.mark.django_db
DOORS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("pauses", "started_on", {"reason": "PUBLIC_NOTICE", "document": "1", "approved_by": "approver"}),
    (
        "pauses",
        "ended_on",
        {"reason": "PUBLIC_NOTICE", "started_on": "2026-11-02", "document": "1", "approved_by": "approver"},
    ),
    ("suspend", "on", {"reason": "RULING", "document": "1", "approved_by": "approver"}),
    ("resume", "on", {"reason": "RULING"}),
    ("extensions", "asked_on", {"key": "case_limit_normal", "level": "president", "document": "1"}),
    ("extensions", "new_due", {"key": "case_limit_normal", "level": "president", "asked_on": "2026-11-02"}),
    ("properties", "confirmed_on", {"kind": "VEHICLE", "name": "轿车", "source": "NETWORK"}),
    ("clues", "submitted_on", {"source": "APPLICANT", "text": "有一辆车"}),
    ("tasks", "due_on", {"text": "取钥匙", "to": "holder"}),
)


@pytest.fixture
def case(cast: Cast) -> Case:
    return hold(file_one(cast), cast.group)


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
@pytest.mark.parametrize(("door", "member", "body"), DOORS)
def test_no_such_day_is_written_into_a_case(
    case: Case, cast: Cast, door: str, member: str, body: dict[str, Any], day: str
) -> None:
    people = {"approver": cast.director.staff_no, "holder": str(cast.holder.pk)}
    told = {name: people.get(value, value) for name, value in body.items()} | {member: day}
    answer = browser_of(cast.holder).post(f"/api/v1/cases/{case.pk}/{door}", json.dumps(told), "application/json")
    assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed"), answer.content


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_nor_asked_for_or_met_on(case: Case, cast: Cast, day: str) -> None:
    browser = browser_of(cast.director)
    for path in (f"/api/v1/backfill?since={day}", f"/api/v1/cases/{case.pk}/guards?on={day}"):
        assert browser.get(path).status_code == 422, path
    assert browser.get(f"/centre/backfill?since={day}").status_code == 200
    assert browser.post("/api/v1/meetings", json.dumps({"day": day}), "application/json").status_code == 422
    assert browser.post("/centre/meetings", {"day": day}).status_code == 422
    held = add_property(case=case, kind="VEHICLE", name="轿车", source="NETWORK")
    path = f"/api/v1/properties/{held.pk}/holds"
    answer = browser_of(cast.holder).post(path, json.dumps({"started_on": day, "document": "1"}), "application/json")
    assert answer.status_code == 422
