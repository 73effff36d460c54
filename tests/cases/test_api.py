"""Cases over HTTP: what an officer may read, page by page; what is not hers is not there."""

from datetime import date, datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from server.cases.models import Case
from server.cases.services import assign_subject, close_case, grant_subject, record_event
from server.common.clock import SHANGHAI
from server.common.ids import new_id
from server.people.models import Officer
from tests.actors import Cast, browser_of
from tests.cases.conftest import file_one


def listed(officer: Officer, **query: Any) -> dict[str, Any]:
    answer = browser_of(officer).get("/api/v1/cases", query)
    assert answer.status_code == 200, answer.content
    page: dict[str, Any] = answer.json()
    return page


def numbers(officer: Officer, **query: Any) -> list[str]:
    return [case["case_no"] for case in listed(officer, **query)["items"]]


def test_a_holder_sees_her_cases_with_stage_and_due_date(cast: Cast, held_case: Case) -> None:
    (row,) = listed(cast.holder)["items"]
    assert row["id"] == str(held_case.pk)
    assert (row["stage"], row["due_on"]) == ("filing", "2026-11-03")
    assert row["holder"] == cast.group.name
    assert row["claim_amount"] == "120000.00"


@pytest.mark.parametrize("who", ["colleague", "duty", "director", "supervisor", "inspector"])
def test_who_may_read_it_does(cast: Cast, held_case: Case, who: str) -> None:
    officer = getattr(cast, who)
    assert numbers(officer) == [held_case.case_no]
    assert browser_of(officer).get(f"/api/v1/cases/{held_case.pk}").status_code == 200


@pytest.mark.parametrize("who", ["bystander", "stranger", "auditor", "sysadmin"])
def test_for_a_stranger_it_is_not_there(cast: Cast, held_case: Case, who: str) -> None:
    officer = getattr(cast, who)
    assert listed(officer, q=held_case.case_no) == {"items": [], "next": None}
    hers = browser_of(officer).get(f"/api/v1/cases/{held_case.pk}")
    none = browser_of(officer).get(f"/api/v1/cases/{new_id()}")
    assert (hers.status_code, hers.json()["code"]) == (404, "case_not_found")
    assert {**hers.json(), "request_id": ""} == {**none.json(), "request_id": ""}


@pytest.mark.parametrize("path", ["/api/v1/cases", "/api/v1/cases/01990000-0000-7000-8000-000000000001"])
def test_without_a_session_nothing_is_said(db: None, client: Any, path: str) -> None:
    assert client.get(path).status_code == 401


def test_a_case_given_away_is_gone(cast: Cast, held_case: Case) -> None:
    assign_subject(case=held_case, officer=cast.bystander)
    assert numbers(cast.holder) == []
    assert numbers(cast.bystander) == [held_case.case_no]


def test_a_case_lent_to_a_court_is_read_by_its_watchers_only(cast: Cast, held_case: Case) -> None:
    grant_subject(case=held_case, court=cast.superior_court, reason="DELEGATED")
    assert numbers(cast.stranger) == []
    assert numbers(cast.supervisor) == [held_case.case_no]


def test_a_case_in_full(cast: Cast, held_case: Case) -> None:
    record_event(case=held_case, key="track_set", occurred_at=datetime(2026, 11, 3, 9, tzinfo=SHANGHAI))
    case = browser_of(cast.holder).get(f"/api/v1/cases/{held_case.pk}").json()
    assert [party["name"] for party in case["parties"]] == ["申请人甲", "被执行人乙"]
    assert case["flow"] == "enforcement_implementation@2026.11-2"
    assert [(row["number"], row["holder"], row["ended_at"]) for row in case["assignments"]] == [
        (1, cast.group.name, None)
    ]
    triage = next(node for node in case["nodes"] if node["key"] == "triage")
    assert (triage["state"], triage["zh"], triage["finished_on"]) == ("DONE", "繁简分流", "2026-11-03")


def test_the_stage_is_that_of_the_earliest_running_node(cast: Cast, held_case: Case) -> None:
    for key, day in (("track_set", 3), ("materials_received_by_handler", 4)):
        record_event(case=held_case, key=key, occurred_at=datetime(2026, 11, day, 9, tzinfo=SHANGHAI))
    (row,) = listed(cast.holder)["items"]
    assert (row["stage"], row["due_on"]) == ("initiation", "2026-11-09"), "the 7th is a Saturday"
    assert numbers(cast.holder, stage="initiation") == [held_case.case_no]
    assert numbers(cast.holder, stage="filing") == []


def test_filters_find_by_status_number_and_party(cast: Cast, held_case: Case) -> None:
    other = file_one(cast, 777, filed_on=date(2026, 11, 5), parties=[])
    assign_subject(case=other, group=cast.group)
    close_case(case=other, closing_mode="COMPLETED")
    assert numbers(cast.holder, status="CLOSED") == [other.case_no]
    assert numbers(cast.holder, q="777") == [other.case_no]
    assert numbers(cast.holder, q="(2026) 闽0924执 123 号") == [held_case.case_no]
    assert numbers(cast.holder, q="被执行人") == [held_case.case_no]
    assert numbers(cast.holder, q="%") == []


def test_pages_follow_each_other_without_gap_or_double(cast: Cast) -> None:
    filed = [file_one(cast, number).case_no for number in range(1, 8)]
    seen: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = listed(cast.duty, limit=3, **cursor)
        seen += [case["case_no"] for case in page["items"]]
        if page["next"] is None:
            break
        cursor = {"cursor": page["next"]}
    assert seen == filed[::-1]


@pytest.mark.parametrize("query", [{"cursor": "x"}, {"limit": 0}, {"limit": 1000}, {"q": "x" * 101}])
def test_a_question_of_the_wrong_form_says_so(cast: Cast, query: dict[str, Any]) -> None:
    answer = browser_of(cast.duty).get("/api/v1/cases", query)
    assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed")


def test_the_cost_of_a_page_does_not_grow_with_its_cases(cast: Cast) -> None:
    browser, costs = browser_of(cast.duty), []
    for count in (1, 9):
        while Case.objects.count() < count:
            file_one(cast, 500 + Case.objects.count())
        with CaptureQueriesContext(connection) as queries:
            assert len(browser.get("/api/v1/cases").json()["items"]) == count
        costs.append(len(queries))
    assert costs[0] == costs[1]
