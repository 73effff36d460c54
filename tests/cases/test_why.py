"""Every date says why: over the API, in words, with the event, limit, basis, roll and versions it hangs on."""

from datetime import date, datetime
from typing import Any

import pytest
from django.utils import translation

from server.cases.calendar_notice import SpecialDay
from server.cases.models import Case, Node
from server.cases.queries import case_states
from server.cases.services import load_notice, recompute_due_dates, record_event
from server.cases.why import why
from server.cases.wording import worded
from server.common.clock import SHANGHAI
from tests.actors import Cast, browser_of

pytestmark = pytest.mark.django_db


def tell(case: Case, key: str, day: str) -> None:
    record_event(case=case, key=key, occurred_at=datetime.fromisoformat(day).replace(hour=9, tzinfo=SHANGHAI))


def told(cast: Cast, case: Case, key: str) -> dict[str, Any]:
    """Of this node, over HTTP."""
    answer = browser_of(cast.holder).get(f"/api/v1/cases/{case.pk}")
    node: dict[str, Any] = next(node for node in answer.json()["nodes"] if node["key"] == key)
    return node


def codes(node: dict[str, Any]) -> list[str]:
    return [step["code"] for step in node["explanation"]]


def step_of(node: dict[str, Any], code: str) -> dict[str, Any]:
    step: dict[str, Any] = next(step for step in node["explanation"] if step["code"] == code)
    return step


def test_a_date_names_event_limit_roll_basis_calendar_and_flow(cast: Cast, held_case: Case) -> None:
    tell(held_case, "materials_received_by_handler", "2026-11-04")
    notice = told(cast, held_case, "execution_notice")
    assert notice["due_on"] == "2026-11-09", "Saturday the 7th moves to Monday"
    assert codes(notice) == [
        "start_event",
        "started",
        "limit",
        "raw_end",
        "rolled",
        "ends",
        "calendar",
        "basis",
        "flow",
    ]
    assert step_of(notice, "start_event")["event"] == "materials_received_by_handler"
    limit, rolled, basis = (step_of(notice, code) for code in ("limit", "rolled", "basis"))
    assert (limit["n"], limit["unit"]) == (3, "d")
    assert (rolled["from_day"], rolled["to_day"]) == ("2026-11-07", "2026-11-09")
    assert basis["cited"] == "法发〔2006〕35号 art4; 执行规定22; 民诉法251"
    assert (basis["law_version"], basis["grade"], basis["kind"]) == ("2023", "A", "statutory")
    assert step_of(notice, "flow")["version"] == "enforcement_implementation@2026.11-2"
    assert notice["computed_with"].endswith(step_of(notice, "calendar")["version"])
    assert not notice["is_provisional"]


def test_a_late_event_is_named_by_the_limit_that_counts_from_it(cast: Cast, held_case: Case) -> None:
    tell(held_case, "materials_received_by_handler", "2026-11-10")
    tell(held_case, "application_received", "2026-11-02")
    notice = told(cast, held_case, "execution_notice")
    assert (notice["started_on"], notice["due_on"]) == ("2026-11-10", "2026-11-12")
    assert step_of(notice, "started")["at"] == "2026-11-02"
    assert step_of(notice, "by")["event"] == "application_received"
    assert step_of(notice, "earlier_of_two")["other"] == "2026-11-13"


def test_it_is_said_in_the_readers_language(case: Case) -> None:
    tell(case, "materials_received_by_handler", "2026-11-04")
    state = case_states([case.pk], None)[case.pk]
    steps = why(state, state.nodes["execution_notice", ""])
    for language, words in (("en", "The limit is 3 days."), ("zh-hans", "期限为 3 日。")):
        with translation.override(language):
            assert words in [worded(each) for each in steps]


def test_a_provisional_date_says_which_year_is_missing(cast: Cast, held_case: Case) -> None:
    limit = told(cast, held_case, "case_limit_normal")
    assert limit["is_provisional"]
    assert step_of(limit, "provisional")["years"] == [2027]
    load_notice(days=[SpecialDay(date(2027, 5, 3), False, "Labour Day")], source="国办发明电", by="王某", why="test")
    assert recompute_due_dates() == 1
    limit = told(cast, held_case, "case_limit_normal")
    assert (limit["due_on"], limit["is_provisional"]) == ("2027-05-04", False)
    assert "provisional" not in codes(limit)


def test_a_window_says_that_it_is_no_deadline_and_a_minimum_from_when_on(cast: Cast, held_case: Case) -> None:
    tell(held_case, "application_received", "2026-05-20")
    tell(held_case, "no_property_concluded", "2026-11-20")
    gate, review = (told(cast, held_case, key) for key in ("superior_petition_gate", "final_round_review"))
    assert (gate["due_on"], gate["earliest_on"]) == (None, "2026-11-21")
    assert step_of(gate, "opens")["day"] == "2026-11-21"
    assert (review["due_on"], review["earliest_on"]) == (None, "2027-02-02")
    assert step_of(review, "earliest")["day"] == "2027-02-02"


def test_what_has_not_started_says_so(cast: Cast, held_case: Case) -> None:
    assert codes(told(cast, held_case, "execution_notice"))[0] == "not_started"


def test_a_date_that_stands_although_the_calendar_changed_says_so(cast: Cast, held_case: Case) -> None:
    tell(held_case, "track_set", "2026-11-03")
    Node.objects.filter(case=held_case, key="triage").update(due_on=date(2026, 11, 4), computed_with="flow CN@0")
    stands = step_of(told(cast, held_case, "triage"), "stands")
    assert (stands["day"], stands["version"]) == ("2026-11-04", "flow CN@0")
