"""Two houses, two chains of disposal; a third party's claim rests one of them, and the clock of the case runs."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from server.cases.models import Case, Node, Property, PropertyHold
from server.cases.queries import case_states
from server.cases.replaying import case_differences
from server.cases.services import add_property, hold_property, lift_hold, record_event
from server.common.clock import local_date, now, set_clock
from server.common.errors import DomainError
from server.people.models import Officer, Role
from tests.actors import Cast, browser_of, officer_of
from tests.cases.conftest import file_one
from tests.cases.test_pauses import at, due_on, node_of, page_of, view_of
from tests.sync.pushing import hold as given_to

pytestmark = pytest.mark.django_db
OBJECTION, RULING = "（2026）闽0924执异7号", "（2026）闽0924执异7号裁定"


@pytest.fixture(autouse=True)
def today() -> Iterator[None]:
    set_clock(lambda: at("2026-05-20"))
    yield
    set_clock(None)


@pytest.fixture
def filed(cast: Cast) -> Case:
    """On 5 January: six months end on Monday 6 July."""
    return given_to(file_one(cast, filed_on=date(2026, 1, 5)), cast.group)


def found(case: Case, name: str, kind: str = "REAL_ESTATE") -> Property:
    return add_property(case=case, kind=kind, name=name, source="NETWORK", confirmed_on=date(2026, 2, 2))


def tell(case: Case, key: str, day: str, about: Property) -> None:
    record_event(case=case, key=key, occurred_at=at(day), chain=str(about.pk))


@pytest.fixture
def house(filed: Case) -> Property:
    """Its first auction failed on 20 April: the second is due thirty days later, on Wednesday 20 May."""
    house = found(filed, "城关镇1号房")
    for key, day in (
        ("control_effective", "2026-02-04"),
        ("auction_notice_published", "2026-03-16"),
        ("auction_failed", "2026-04-20"),
    ):
        tell(filed, key, day, house)
    return house


def told(cast: Cast, case: Case) -> dict[str, Any]:
    answer: dict[str, Any] = browser_of(cast.holder).get(f"/api/v1/cases/{case.pk}").json()
    return answer


def test_two_houses_have_a_chain_of_disposal_each(cast: Cast, filed: Case, house: Property) -> None:
    other = found(filed, "城关镇2号房")
    tell(filed, "control_effective", "2026-03-04", other)
    assert due_on(filed, "reference_price_start", str(house.pk)) == "2026-03-06"
    assert due_on(filed, "reference_price_start", str(other.pk)) == "2026-04-03"
    assert due_on(filed, "second_auction", str(house.pk)) == "2026-05-20"
    assert not Node.objects.filter(case=filed, key="second_auction", chain=str(other.pk)).exists()
    assert node_of(filed, "second_auction").state == "NOT_STARTED", "the case itself is no property"
    assert not list(case_differences(case_states([filed.pk], None)))


def test_how_long_a_notice_runs_goes_by_the_kind_of_the_property(filed: Case) -> None:
    for kind, opens in (
        ("REAL_ESTATE", date(2026, 4, 15)),
        ("VEHICLE", date(2026, 3, 31)),
        ("EQUITY", date(2026, 4, 15)),
    ):
        one = found(filed, kind, kind)
        tell(filed, "auction_notice_published", "2026-03-16", one)
        assert node_of(filed, "first_auction", str(one.pk)).earliest_on == opens


def test_what_is_deducted_is_not_sold(filed: Case) -> None:
    deposit = found(filed, "工商银行存款", "DEPOSIT")
    tell(filed, "control_effective", "2026-02-04", deposit)
    assert list(Node.objects.filter(case=filed, chain=str(deposit.pk)).values_list("key", "state")) == [
        ("control_measure", "DONE")
    ]


def test_a_case_is_in_the_earliest_stage_of_its_chains(cast: Cast, filed: Case, house: Property) -> None:
    for key in ("track_set", "materials_received_by_handler", "execution_notice_sent", "application_refused"):
        record_event(case=filed, key=key, occurred_at=at("2026-01-07"))
    car = found(filed, "闽A12345", "VEHICLE")
    case = told(cast, filed)
    stages = {each["chain"]: each["stage"] for each in case["chains"]}
    assert (stages[str(house.pk)], stages[str(car.pk)]) == ("disposal", "investigation")
    assert case["stage"] == stages[""] == "initiation", "the applicant is still to be asked"
    assert [(each["name"], each["kind"]) for each in case["properties"]] == [
        ("城关镇1号房", "REAL_ESTATE"),
        ("闽A12345", "VEHICLE"),
    ]
    page = page_of(cast, filed)
    assert "二拍 · 城关镇1号房" in page
    assert "闽A12345" in page


def test_x07a_an_objection_to_conduct_holds_nothing_and_stops_nothing(cast: Cast, filed: Case, house: Property) -> None:
    """X07 (a): six months from 5 January end on Sunday 5 July; 30 days from 20 April on 20 May."""
    given = {
        "reason": "OBJECTION_TO_CONDUCT",
        "started_on": "2026-05-06",
        "document": OBJECTION,
        "approved_by": "240202",
    }
    answer = browser_of(cast.holder).post(f"/api/v1/cases/{filed.pk}/pauses", given, "application/json")
    assert answer.status_code == 422
    assert (due_on(filed), due_on(filed, "second_auction", str(house.pk))) == ("2026-07-06", "2026-05-20")
    tell(filed, "auction_sold", "2026-05-18", house)
    assert node_of(filed, "second_auction", str(house.pk)).state == "DONE"


def test_x07b_a_third_partys_claim_blocks_that_property_and_the_case_clock_runs(
    cast: Cast, filed: Case, house: Property
) -> None:
    """X07 (b). Ten days held: 20 May becomes Saturday the 30th, and so Monday 1 June."""
    other = found(filed, "城关镇2号房")
    tell(filed, "auction_failed", "2026-04-20", other)
    hold = hold_property(held=house, started_on=date(2026, 5, 6), document=OBJECTION, by=cast.holder)
    held, free = (node_of(filed, "second_auction", str(each.pk)) for each in (house, other))
    assert (held.state, held.due_on, held.is_paused) == ("RUNNING", None, True)
    assert (str(free.due_on), free.is_paused) == ("2026-05-20", False)
    assert due_on(filed) == "2026-07-06", "the clock of the case runs"
    with pytest.raises(DomainError) as refused:
        tell(filed, "auction_sold", "2026-05-18", house)
    assert refused.value.code == "property_held"
    tell(filed, "auction_sold", "2026-05-18", other)
    lift_hold(hold=hold, ended_on=date(2026, 5, 16), document=RULING)
    assert due_on(filed, "second_auction", str(house.pk)) == "2026-06-01"
    tell(filed, "auction_sold", "2026-05-19", house)
    assert not list(case_differences(case_states([filed.pk], None)))


def test_what_was_done_before_the_claim_is_told_later_all_the_same(filed: Case, house: Property) -> None:
    hold_property(held=house, started_on=date(2026, 5, 6), document=OBJECTION)
    tell(filed, "auction_sold", "2026-05-05", house)
    assert node_of(filed, "second_auction", str(house.pk)).state == "DONE"


def test_why_it_is_blocked_is_said_in_the_api_and_on_the_page(cast: Cast, filed: Case, house: Property) -> None:
    hold_property(held=house, started_on=date(2026, 5, 6), document=OBJECTION)
    case = told(cast, filed)
    node = next(each for each in case["nodes"] if (each["key"], each["chain"]) == ("second_auction", str(house.pk)))
    assert node["is_paused"]
    assert "property_held" in [want["code"] for want in node["blocked"]]
    step = next(step for step in node["explanation"] if step["code"] == "held")
    assert (step["since"], step["document"]) == ("2026-05-06", OBJECTION)
    assert case["properties"][0]["holds"][0]["ended_on"] is None
    assert "自 2026-05-06 起停止处置" in page_of(cast, filed)
    assert "claimed by a third party since 2026-05-06" in page_of(cast, filed, "en")
    assert view_of("property_held")["hold"]["property"] == str(house.pk)


def test_a_hold_wants_its_objection_and_days_that_can_be(filed: Case, house: Property) -> None:
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"document": " ", "started_on": date(2026, 5, 6)}, "pause_unfounded"),
        ({"document": OBJECTION, "started_on": date(2026, 5, 21)}, "pause_invalid"),
    ]
    for given, code in wrong:
        with pytest.raises(DomainError) as refused:
            hold_property(held=house, **given)
        assert refused.value.code == code
    hold = hold_property(held=house, started_on=date(2026, 5, 6), document=OBJECTION)
    again: list[tuple[dict[str, Any], str]] = [
        ({"document": "", "ended_on": date(2026, 5, 7)}, "pause_unfounded"),
        ({"document": RULING, "ended_on": date(2026, 5, 5)}, "pause_invalid"),
    ]
    for given, code in again:
        with pytest.raises(DomainError) as refused:
            lift_hold(hold=hold, **given)
        assert refused.value.code == code
    lift_hold(hold=hold, ended_on=date(2026, 5, 7), document=RULING)
    assert lift_hold(hold=hold, ended_on=date(2026, 5, 7), document="").ended_on == date(2026, 5, 7)
    with pytest.raises(DomainError) as refused:
        lift_hold(hold=hold, ended_on=date(2026, 5, 8), document=RULING)
    assert refused.value.code == "pause_ended"


@pytest.fixture
def panel(cast: Cast) -> Officer:
    return officer_of(cast.court, "240401", "沈审", Role.REVIEW_PANEL)


def ask(officer: Officer, path: str, **body: Any) -> Any:
    return browser_of(officer).post(f"/api/v1/{path}", body, "application/json")


def test_who_holds_the_case_holds_a_property_and_the_panel_lifts_it(cast: Cast, filed: Case, panel: Officer) -> None:
    given = {"kind": "VEHICLE", "name": "闽A12345", "ref": "闽A12345", "source": "FIELD", "confirmed_on": "2026-05-18"}
    added = ask(cast.holder, f"cases/{filed.pk}/properties", **given).json()
    assert due_on(filed, "control_measure", added["id"]) == "2026-05-21"
    path = f"properties/{added['id']}/holds"
    hold = ask(cast.holder, path, started_on="2026-05-19", document=OBJECTION).json()
    assert ask(cast.holder, path, started_on="2026-05-19", document=OBJECTION).json()["code"] == "property_held"
    lift = f"property-holds/{hold['id']}/lift"
    for officer, status in ((cast.stranger, 404), (cast.holder, 403), (cast.director, 403)):
        assert ask(officer, lift, ended_on="2026-05-20", document=RULING).status_code == status
    assert ask(panel, lift, ended_on="2026-05-20", document=RULING).json()["ended_on"] == "2026-05-20"
    assert PropertyHold.objects.get().lifted_by == panel


def test_none_is_confirmed_tomorrow(filed: Case) -> None:
    tomorrow = date.fromordinal(local_date(now()).toordinal() + 1)
    with pytest.raises(DomainError) as refused:
        add_property(case=filed, kind="MOVABLE", name="机床", source="REPORT", confirmed_on=tomorrow)
    assert (refused.value.code, refused.value.status) == ("property_of_the_future", 422)
    assert not Property.objects.exists()


def test_a_property_that_is_not_confirmed_has_no_nodes_yet(cast: Cast, filed: Case) -> None:
    version = filed.version
    added = add_property(case=filed, kind="MOVABLE", name="机床", source="REPORT", by=cast.holder)
    filed.refresh_from_db()
    assert filed.version == version + 1
    assert not Node.objects.filter(case=filed, chain=str(added.pk)).exists()
    assert filed.chain_facts[str(added.pk)] == {"property_kind": "MOVABLE", "sale_class": "movable"}


def test_an_auction_waits_for_the_notice_of_its_own_property(cast: Cast, filed: Case) -> None:
    house, car = found(filed, "城关镇1号房"), found(filed, "闽A12345", "VEHICLE")
    tell(filed, "auction_notice_published", "2026-05-01", car)
    tell(filed, "auction_notice_published", "2026-05-12", house)

    def opens(about: Property) -> str:
        address = f"/api/v1/cases/{filed.pk}/guards?chain={about.pk}"
        guards = {each["guard"]: each for each in browser_of(cast.holder).get(address).json()}
        (notice, ran) = guards["FIRST_AUCTION"]["conditions"]
        assert len(notice["evidence"]) == 1
        return str(ran["earliest_on"])

    assert (opens(car), opens(house)) == ("2026-05-16", "2026-06-11")
    nodes = {node["chain"]: node for node in told(cast, filed)["nodes"] if node["key"] == "first_auction"}
    assert [want["code"] for want in nodes[str(house.pk)]["blocked"]] == ["notice_ran"]
    assert not nodes[str(car.pk)]["blocked"]
