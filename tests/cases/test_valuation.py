"""In which way the reference price of a property is found, and until when its report is due: by hand."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from server.cases.models import Case, Property
from server.cases.queries import case_states
from server.cases.replaying import case_differences
from server.cases.services import add_property, choose_valuation, close_case, extend_limit, record_event
from server.common.clock import set_clock
from server.common.errors import DomainError
from server.people.models import Officer, Role
from tests.actors import Cast, browser_of, officer_of
from tests.cases.conftest import file_one
from tests.cases.test_pauses import RULING, at, due_on, page_of, view_of
from tests.sync.pushing import hold

pytestmark = pytest.mark.django_db
RESULT = "reference_price_result"


@pytest.fixture(autouse=True)
def today() -> Iterator[None]:
    set_clock(lambda: at("2026-05-20"))
    yield
    set_clock(None)


@pytest.fixture
def filed(cast: Cast) -> Case:
    return hold(file_one(cast, filed_on=date(2026, 1, 5)), cast.group)


def entrusted(case: Case, name: str) -> Property:
    """On Monday 11 May: thirty days end on Wednesday 10 June."""
    house = add_property(case=case, kind="REAL_ESTATE", name=name, source="NETWORK", confirmed_on=date(2026, 2, 2))
    record_event(case=case, key="price_entrusted", occurred_at=at("2026-05-11"), chain=str(house.pk))
    return house


@pytest.fixture
def house(filed: Case) -> Property:
    return entrusted(filed, "城关镇1号房")


def report_due(about: Property) -> str:
    assert list(case_differences(case_states([about.case_id], None))) == []
    return due_on(about.case, RESULT, str(about.pk))


def choose(officer: Officer, about: Property, method: str) -> Any:
    return browser_of(officer).post(f"/api/v1/properties/{about.pk}/valuation", {"method": method}, "application/json")


def test_the_report_is_due_by_the_method_of_its_own_property(cast: Cast, filed: Case, house: Property) -> None:
    """Three days from Monday 11 May end on Thursday 14."""
    other = entrusted(filed, "城关镇2号房")
    assert (report_due(house), report_due(other)) == ("2026-06-10", "2026-06-10")
    assert choose(cast.holder, house, "NETWORK_INQUIRY").json() == {"id": str(house.pk)}
    assert (report_due(house), report_due(other)) == ("2026-05-14", "2026-06-10")
    told = view_of("valuation_chosen")
    assert told["property"] == {"id": str(house.pk), "valuation_method": "NETWORK_INQUIRY"}
    assert [node["due_on"] for node in told["nodes"]] == ["2026-05-14"]


def test_a_method_chosen_before_the_start_counts_from_it_and_another_one_moves_the_date(
    cast: Cast, filed: Case
) -> None:
    house = add_property(case=filed, kind="REAL_ESTATE", name="城关镇1号房", source="NETWORK")
    choose_valuation(about=house, method="NETWORK_INQUIRY", by=cast.holder)
    record_event(case=filed, key="price_entrusted", occurred_at=at("2026-05-11"), chain=str(house.pk))
    assert report_due(house) == "2026-05-14"
    for method in ("APPRAISAL", "NEGOTIATED", "DIRECTED_INQUIRY"):
        choose_valuation(about=house, method=method)
        assert report_due(house) == "2026-06-10"


def test_the_same_said_again_changes_nothing(filed: Case, house: Property) -> None:
    choose_valuation(about=house, method="APPRAISAL")
    filed.refresh_from_db()
    version = filed.version
    choose_valuation(about=house, method="APPRAISAL")
    filed.refresh_from_db()
    assert filed.version == version


def test_page_and_api_say_the_method_and_why_the_date_hangs_on_it(cast: Cast, filed: Case, house: Property) -> None:
    choose_valuation(about=house, method="NETWORK_INQUIRY")
    case = browser_of(cast.holder).get(f"/api/v1/cases/{filed.pk}").json()
    assert [each["valuation_method"] for each in case["properties"]] == ["NETWORK_INQUIRY"]
    node = next(each for each in case["nodes"] if (each["key"], each["chain"]) == (RESULT, str(house.pk)))
    said = next(step for step in node["explanation"] if step["code"] == "variant")
    assert (said["variant"], "网络询价" in said["text"]) == ("NETWORK_INQUIRY", True)
    assert "网络询价" in page_of(cast, filed)


def test_it_is_prolonged_as_its_method_says(cast: Cast, filed: Case, house: Property) -> None:
    """Three more days end on Sunday 17 May: Monday 18. Fifteen more end on Thursday 25 June, then on Friday 10 July."""
    president = officer_of(cast.court, "240203", "郑院", Role.PRESIDENT)

    def prolong() -> str:
        given: dict[str, Any] = {"asked_on": date(2026, 5, 13), "level": "PRESIDENT", "document": RULING}
        extend_limit(case=filed, key=RESULT, chain=str(house.pk), approved_by=president, **given)
        return report_due(house)

    choose_valuation(about=house, method="NETWORK_INQUIRY")
    assert prolong() == "2026-05-18"
    with pytest.raises(DomainError) as refused:
        prolong()
    assert [fault["code"] for fault in refused.value.details["faults"]] == ["too_often"]
    choose_valuation(about=house, method="APPRAISAL")
    assert report_due(house) == "2026-06-25", "what was granted once counts by the method that stands now"
    assert prolong() == "2026-07-10"


def test_replay_names_a_method_nobody_told_the_ledger(filed: Case, house: Property) -> None:
    filed.refresh_from_db()
    filed.chain_facts[str(house.pk)]["valuation_method"] = "APPRAISAL"
    filed.save(update_fields=["chain_facts"])
    found = {(each.member, each.row, each.replayed) for each in case_differences(case_states([filed.pk], None))}
    assert ("valuation_method", "APPRAISAL", None) in found


def test_who_may_choose_and_what(cast: Cast, filed: Case, house: Property) -> None:
    assert choose(cast.stranger, house, "APPRAISAL").status_code == 404
    assert choose(cast.holder, house, "GUESSING").status_code == 422
    close_case(case=filed, closing_mode="COMPLETED")
    assert choose(cast.holder, house, "APPRAISAL").json()["code"] == "case_closed"
