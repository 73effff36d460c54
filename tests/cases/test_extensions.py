"""Extensions through the service and over HTTP: by whom, when, how far, and what becomes of the date."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from server.cases.models import Case, Extension, FlowVersion
from server.cases.services import extend_limit, record_event
from server.common.clock import set_clock
from server.common.errors import DomainError
from server.people.models import Officer, Role
from tests.actors import Cast, browser_of, officer_of
from tests.cases.conftest import file_one
from tests.cases.test_node_dates import FLOW, flow_version
from tests.cases.test_pauses import RULING, at, due_on, node_of, page_of, pause, view_of
from tests.sync.pushing import hold

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def today() -> Iterator[None]:
    set_clock(lambda: at("2026-09-20"))
    yield
    set_clock(None)


@pytest.fixture
def president(cast: Cast) -> Officer:
    return officer_of(cast.court, "240203", "郑院", Role.PRESIDENT)


@pytest.fixture
def extendable_flow(db: None) -> FlowVersion:
    variant = "variants: {NETWORK_INQUIRY: {n: 3, unit: d}}"
    longer = "variants: {APPRAISAL: {n: 30, unit: d, extend: {n: 15, times: 2}}}"
    assert variant in FLOW
    return flow_version(FLOW.replace(variant, longer))


@pytest.fixture
def filed(cast: Cast) -> Case:
    """Six months from 31 March end on Wednesday 30 September."""
    case = hold(file_one(cast, filed_on=date(2026, 3, 31)), cast.group)
    assert due_on(case) == "2026-09-30"
    return case


def extend(case: Case, approver: Officer, **changes: Any) -> Extension:
    given: dict[str, Any] = {
        "case": case,
        "key": "case_limit_normal",
        "asked_on": date(2026, 9, 20),
        "new_due": date(2026, 11, 30),
        "level": "VICE_PRESIDENT",
        "document": RULING,
        "approved_by": approver,
    }
    return extend_limit(**{**given, **changes})


def faults(case: Case, by: Officer, **changes: Any) -> list[str]:
    with pytest.raises(DomainError) as refused:
        extend(case, by, **changes)
    assert refused.value.code == "extension_invalid"
    return [fault["code"] for fault in refused.value.details["faults"]]


def test_an_extension_moves_the_date_and_says_so(cast: Cast, filed: Case, president: Officer) -> None:
    version = filed.version
    extend(filed, president)
    filed.refresh_from_db()
    assert (due_on(filed), filed.version) == ("2026-11-30", version + 1)
    shown = browser_of(cast.holder).get(f"/api/v1/cases/{filed.pk}").json()
    limit = next(node for node in shown["nodes"] if node["key"] == "case_limit_normal")
    told = next(step for step in limit["explanation"] if step["code"] == "extended")
    assert (told["to_day"], told["asked_on"], told["approved_by"]) == ("2026-11-30", "2026-09-20", "郑院")
    assert shown["extensions"][0]["document"] == RULING
    assert view_of("limit_extended")["extension"]["new_due"] == "2026-11-30"
    assert "Extension: General limit of enforcement" in page_of(cast, filed, "en")


def test_nobody_approves_an_extension_that_he_asks_for_himself(filed: Case, president: Officer) -> None:
    with pytest.raises(DomainError, match="second_person_needed"):
        extend(filed, president, by=president)
    assert (due_on(filed), Extension.objects.count()) == ("2026-09-30", 0)


def test_a_further_one_needs_a_higher_level(filed: Case, president: Officer) -> None:
    extend(filed, president)
    again: dict[str, Any] = {"new_due": date(2027, 1, 29), "asked_on": date(2026, 11, 20)}
    assert faults(filed, president, **again) == ["needs_higher_level"]
    extend(filed, president, **again, level="PRESIDENT")
    assert due_on(filed) == "2027-01-29"


def test_what_cannot_be_granted_says_every_reason(filed: Case, president: Officer) -> None:
    late: dict[str, Any] = {"asked_on": date(2026, 9, 26), "new_due": date(2027, 1, 4)}
    assert faults(filed, president, **late) == ["asked_too_late", "too_long"]
    assert faults(filed, president, key="no_such_clock") == ["nothing_runs"]
    assert faults(filed, president, key="triage") == ["not_extendable"]
    assert due_on(filed) == "2026-09-30"


def test_a_clock_that_stands_still_is_not_extended(cast: Cast, filed: Case, president: Officer) -> None:
    pause(cast, filed, "STAYED", "2026-09-10")
    assert faults(filed, president) == ["nothing_to_extend"]


def test_an_extension_stands_and_a_later_pause_moves_it(cast: Cast, filed: Case, president: Officer) -> None:
    """Ten days from 10 October: 30 November becomes Thursday 10 December."""
    extend(filed, president)
    set_clock(lambda: at("2026-10-20"))
    pause(cast, filed, "STAYED", "2026-10-10", "2026-10-20")
    assert due_on(filed) == "2026-12-10"


def test_a_node_is_prolonged_by_what_its_limit_says_so_often_and_no_more(
    cast: Cast, president: Officer, extendable_flow: FlowVersion
) -> None:
    """Thirty days from 1 September roll over the holidays; fifteen more end on 16 October, then on Saturday 31."""
    case = file_one(cast, flow_facts={"price_method": "APPRAISAL"})
    record_event(case=case, key="price_entrusted", occurred_at=at("2026-09-01"))
    assert due_on(case, "price") == "2026-10-08"
    for day in ("2026-10-16", "2026-11-02"):
        extension = extend(case, president, key="price", new_due=None)
        assert (due_on(case, "price"), str(extension.new_due)) == (day, day)
    assert faults(case, president, key="price", new_due=None) == ["too_often"]


def ask(cast: Cast, case: Case, who: Officer, **changes: Any) -> Any:
    given = {
        "key": "case_limit_normal",
        "asked_on": "2026-09-20",
        "new_due": "2026-11-30",
        "level": "VICE_PRESIDENT",
        "document": RULING,
        "approved_by": "240203",
    }
    return browser_of(who).post(f"/api/v1/cases/{case.pk}/extensions", {**given, **changes}, "application/json")


def test_a_president_of_the_court_approves_over_http(cast: Cast, filed: Case, president: Officer) -> None:
    assert ask(cast, filed, cast.holder).status_code == 200
    assert due_on(filed) == "2026-11-30"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"approved_by": "240202"}, "approver_unfit"),
        ({"level": "HIGHER_COURT"}, "approver_unfit"),
        ({"approved_by": ""}, "pause_unfounded"),
        ({"document": ""}, "pause_unfounded"),
        ({"new_due": "2026-09-01"}, "extension_invalid"),
    ],
)
def test_who_and_what_cannot_be_is_refused(
    cast: Cast, filed: Case, president: Officer, changes: dict[str, Any], code: str
) -> None:
    answer = ask(cast, filed, cast.holder, **changes)
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert node_of(filed).due_on == date(2026, 9, 30)


def test_the_court_above_approves_the_highest_level(cast: Cast, filed: Case, president: Officer) -> None:
    assert ask(cast, filed, cast.holder, level="HIGHER_COURT", approved_by="090201").status_code == 200
