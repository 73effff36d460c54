"""A closed case: what comes after the closing is warned of like anything else, and all the rest has ended with it."""

import re
from datetime import date, datetime

import pytest

from server.cases.flow_file import flow_definition
from server.cases.models import Case, Grant
from server.cases.queries import case_states
from server.cases.replaying import case_differences
from server.cases.services import close_case, recompute_due_dates, set_calendar_day
from server.common.clock import SHANGHAI, now
from server.notices.models import Notice
from server.people.models import Officer, OfficerRole, Role
from server.supervision.models import Finding, NodeWarning
from server.supervision.services import watch_levels
from tests.actors import browser_of
from tests.supervision.conftest import Bureau, Clock, node
from tests.supervision.test_warnings import NODE, happens, told

pytestmark = pytest.mark.django_db
REGISTRY, HALF_YEAR = "final_round_registry", "half_year_check"


@pytest.fixture
def closed(case: Case, clock: Clock) -> Case:
    """In its final round, on Tuesday 10 November: to be entered within 7 days, looked into again after six months."""
    happens(case, "materials_received_by_handler", 11, 2)
    clock.on(11, 10)
    close_case(case=case, closing_mode="COMPLETED", closed_on=date(2026, 11, 10))
    happens(case, "final_round_ruling_served", 11, 10, 9)
    return case


def line_of(key: str, page: str) -> str:
    found = re.search(
        rf"{flow_definition('enforcement_implementation', '2026.11-2').tracked[key].zh}.*?</tr>", page, re.DOTALL
    )
    assert found
    return found[0]


def half_a_year_later(clock: Clock) -> Finding:
    """The day after Monday 10 May 2027."""
    clock.moment = datetime(2027, 5, 11, 9, tzinfo=SHANGHAI)
    watch_levels()
    return Finding.objects.get(node__key=HALF_YEAR)


def told_of_the_check(officer: Officer) -> list[str]:
    return told(officer, HALF_YEAR)


@pytest.mark.parametrize("version", ["2026.11-1", "2026.11-2"])
def test_the_flow_names_what_goes_on(version: str) -> None:
    flow = flow_definition("enforcement_implementation", version)
    assert flow.outliving == {"archive_case", REGISTRY, HALF_YEAR, "resume_decision"}


def test_each_level_is_told_once_and_of_what_ended_with_the_closing_none(
    closed: Case, bureau: Bureau, clock: Clock
) -> None:
    for day in range(10, 25):
        clock.on(11, day)
        watch_levels()
        watch_levels()
    assert told(bureau.cast.holder, REGISTRY) == ["NOTICE", "WARN", "DUE", "OVERDUE", "SEVERE"]
    assert NodeWarning.objects.filter(node__key=REGISTRY).count() == 5
    clock.on(12, 31)
    watch_levels()
    assert told(bureau.cast.holder) == []
    assert set(NodeWarning.objects.values_list("node__key", flat=True)) == {REGISTRY}


def test_the_lists_show_it_and_nothing_else_of_that_case(closed: Case, bureau: Bureau, clock: Clock) -> None:
    clock.on(11, 18)
    watch_levels()
    browser = browser_of(bureau.cast.holder)
    assert [each["node_key"] for each in browser.get("/api/v1/warnings").json()["items"]] == [REGISTRY]
    assert "录入终本库" in browser.get("/centre/warnings").content.decode()
    assert node(closed, NODE).state == "RUNNING", "it keeps what it says"


def test_the_page_of_the_case_says_what_ended_with_it(closed: Case, bureau: Bureau, clock: Clock) -> None:
    clock.on(12, 31)
    page = browser_of(bureau.cast.holder).get(f"/centre/cases/{closed.pk}").content.decode()
    assert "随案件结案终止" in line_of(NODE, page)
    assert "逾期" not in line_of(NODE, page)
    assert "逾期" in line_of(REGISTRY, page)


def test_the_office_answers_and_whose_case_it_was_is_told(closed: Case, bureau: Bureau, clock: Clock) -> None:
    assert half_a_year_later(clock).person == bureau.cast.duty
    assert told_of_the_check(bureau.cast.duty) == told_of_the_check(bureau.cast.holder) == ["OVERDUE"]
    assert Notice.objects.get(officer=bureau.cast.holder, view__key=HALF_YEAR).waits_for_digest


def test_where_the_office_is_empty_the_lead_officer_answers_also_a_former_one(
    closed: Case, bureau: Bureau, clock: Clock
) -> None:
    Grant.objects.filter(subject_id=closed.pk).update(valid_to=now())
    OfficerRole.objects.filter(role=Role.COMMAND_CENTRE).update(valid_to=now())
    assert half_a_year_later(clock).person == bureau.cast.holder


def test_an_inquiry_ends_the_round_and_the_next_is_warned_of(closed: Case, clock: Clock) -> None:
    assert half_a_year_later(clock).due_on == date(2027, 5, 10)
    happens(closed, "inquiry_sent", 12, 1)  # told late: it was in time
    watch_levels()
    assert (str(node(closed, HALF_YEAR).due_on), node(closed, HALF_YEAR).level) == ("2027-11-10", "NORMAL")
    assert Finding.objects.get(node__key=HALF_YEAR).state == Finding.State.CLEARED


def test_an_edit_of_the_calendar_moves_what_goes_on_and_nothing_else(closed: Case, clock: Clock) -> None:
    ended = node(closed, NODE).due_on
    set_calendar_day(day=date(2026, 11, 17), is_working=False, by="王某", why="地方通知")
    set_calendar_day(day=date(2026, 12, 2), is_working=False, by="王某", why="地方通知")
    recompute_due_dates()
    assert str(node(closed, REGISTRY).due_on) == "2026-11-18"
    assert node(closed, NODE).due_on == ended == date(2026, 12, 2)
    assert list(case_differences(case_states([closed.pk], None))) == []
