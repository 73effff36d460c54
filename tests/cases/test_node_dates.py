"""Every date on a node's row, computed by hand: by filing, events at the desk, edits of the calendar and pushes."""

from datetime import date, datetime
from textwrap import dedent
from typing import Any

import pytest
import yaml

from server.cases.flow_file import read_flow
from server.cases.models import Case, FlowVersion, Node
from server.cases.queries import case_states
from server.cases.services import (
    has_dates_of_earlier_releases,
    recompute_due_dates,
    record_event,
    set_calendar_day,
    void_events,
    write_case_events,
)
from server.cases.states import HeldEvent, after_event, without_events
from server.cases.units import case_units
from server.common.clock import SHANGHAI
from server.common.hashing import canonical_json, sha256_hex
from server.common.ids import new_id
from tests.actors import Cast
from tests.cases.conftest import file_one
from tests.sync.pushing import COMPLETE, hold, phone_of

pytestmark = pytest.mark.django_db

FLOW = dedent(
    """
    flow: enforcement_implementation
    version: "test"
    calendar: CN_STATE_COUNCIL
    facts: {price_method: [NETWORK_INQUIRY, APPRAISAL], property_kind: [movable, real_estate_or_right]}
    case_clock:
    - {key: report, zh: 报告, en: Report, limit: {n: 30, unit: d},
       alt_limit: {n: 3, unit: d, start: field_action_started}, start: case_filed, stop: reported,
       kind: internal, basis: default, conf: C}
    stages:
    - stage: filing
      zh: 立案
      en: Filing
      nodes:
      - {key: custody, zh: 羁押, en: Custody, owner: director, rolls: false, limit: {n: 48, unit: h},
         start: "brought_in|handed_in", stop: released, kind: statutory, basis: 民诉法119, conf: A}
      - {key: price, zh: 参考价, en: Price, owner: director, limit: {n: 30, unit: d},
         variants: {NETWORK_INQUIRY: {n: 3, unit: d}}, start: price_entrusted, stop: price_known,
         kind: statutory, basis: 参考价规定11, conf: A}
      - {key: auction, zh: 一拍, en: Auction, owner: director, limit: {n: null},
         minimum: {movable: {n: 15, unit: d}}, start: auction_notice_published, stop: sold,
         kind: statutory, basis: 网拍规定12, conf: A}
    """
)


def at(day: str, hour: int = 9) -> datetime:
    return datetime.fromisoformat(day).replace(hour=hour, tzinfo=SHANGHAI)


def tell(case: Case, key: str, day: str, hour: int = 9, chain: str = "") -> None:
    record_event(case=case, key=key, occurred_at=at(day, hour), chain=chain)


def node_of(case: Case, key: str, chain: str = "") -> Node:
    return Node.objects.get(case=case, key=key, chain=chain)


def due_on(case: Case, key: str, chain: str = "") -> str:
    return str(node_of(case, key, chain).due_on)


@pytest.fixture
def test_flow(db: None) -> FlowVersion:
    return flow_version(FLOW)


def flow_version(text: str) -> FlowVersion:
    document = yaml.safe_load(text)
    digest = sha256_hex(canonical_json(document))
    return FlowVersion.objects.create(
        key="enforcement_implementation", version="test", sha256=digest, document=document
    )


def test_an_outer_limit_moves_the_date_when_its_event_arrives_late(case: Case) -> None:
    tell(case, "materials_received_by_handler", "2026-11-10")
    assert due_on(case, "execution_notice") == "2026-11-13", "three days of its own"
    version = node_of(case, "execution_notice").version
    tell(case, "application_received", "2026-11-02")
    assert due_on(case, "execution_notice") == "2026-11-12", "ten days from the application end first"
    assert node_of(case, "execution_notice").version == version + 1


def test_the_order_of_arrival_changes_no_date(case: Case) -> None:
    tell(case, "application_received", "2026-11-02")
    assert node_of(case, "execution_notice").due_on is None, "it has not started"
    tell(case, "materials_received_by_handler", "2026-11-10")
    assert due_on(case, "execution_notice") == "2026-11-12"


def test_money_is_payable_by_the_earlier_limit_whose_event_starts_no_node(case: Case) -> None:
    tell(case, "funds_arrived", "2026-11-02")
    assert due_on(case, "funds_distribution") == "2026-12-02"
    tell(case, "payable_conditions_met", "2026-11-04")
    assert due_on(case, "funds_distribution") == "2026-11-25", "fifteen working days"


def test_an_urgent_case_has_the_urgent_limit(cast: Cast, case: Case) -> None:
    urgent = file_one(cast, 124, priority="HIGH")
    for each in (case, urgent):
        tell(each, "clue_submitted", "2026-11-03", chain="clue-1")
    assert due_on(case, "clue_verification", "clue-1") == "2026-11-10"
    assert due_on(urgent, "clue_verification", "clue-1") == "2026-11-06"


def test_what_counts_back_or_never_rolls_may_end_on_a_sunday(case: Case) -> None:
    tell(case, "detention_started", "2026-11-07")
    tell(case, "control_expiry", "2027-01-12", chain="seal-1")
    assert due_on(case, "detention_term") == "2026-11-22", "a Sunday"
    assert due_on(case, "control_renewal", "seal-1") == "2026-12-13", "a Sunday, thirty days before"


def test_a_minimum_counts_from_its_own_event(case: Case) -> None:
    tell(case, "no_property_concluded", "2026-11-20")
    node = node_of(case, "final_round_review")
    assert (node.due_on, node.earliest_on) == (None, date(2027, 2, 2)), "three months from filing"


def test_a_partys_window_is_nobodys_deadline_and_opens_on_the_day_after(case: Case) -> None:
    tell(case, "price_report_served", "2026-11-03")
    tell(case, "application_received", "2026-05-20")
    window, gate = node_of(case, "price_objection_window"), node_of(case, "superior_petition_gate")
    assert (window.due_on, window.earliest_on) == (None, date(2026, 11, 10)), "Sunday the 8th moves to Monday the 9th"
    assert (gate.state, gate.due_on, gate.earliest_on) == ("RUNNING", None, date(2026, 11, 21))


def test_variants_and_kinds_go_by_the_facts_of_the_case(cast: Cast, test_flow: FlowVersion) -> None:
    facts = {"price_method": "NETWORK_INQUIRY", "property_kind": "movable"}
    plain, by_inquiry = file_one(cast, 1, flow_facts={}), file_one(cast, 2, flow_facts=facts)
    for case in (plain, by_inquiry):
        tell(case, "price_entrusted", "2026-11-03")
        tell(case, "auction_notice_published", "2026-11-03")
    assert [due_on(case, "price") for case in (plain, by_inquiry)] == ["2026-12-03", "2026-11-06"]
    assert [node_of(case, "auction").earliest_on for case in (plain, by_inquiry)] == [None, date(2026, 11, 18)]


def test_hours_end_at_a_moment_and_an_earlier_one_that_day_counts(cast: Cast, test_flow: FlowVersion) -> None:
    case = file_one(cast, flow_facts={})
    tell(case, "handed_in", "2026-11-06", 15)
    node = node_of(case, "custody")
    assert (node.due_on, node.due_at) == (date(2026, 11, 8), at("2026-11-08", 15)), "a Sunday: it never rolls"
    tell(case, "brought_in", "2026-11-06", 8)
    assert node_of(case, "custody").due_at == at("2026-11-08", 8)
    (told,) = (node for node in case_units([case.pk])[case.pk]["nodes"] if node["key"] == "custody")
    assert (told["due_on"], told["due_at"]) == ("2026-11-08", "2026-11-08T00:00:00.000Z")
    tell(case, "handed_in", "2026-11-06", 20)
    assert node_of(case, "custody").due_at == at("2026-11-08", 8), "a later one changes nothing"


def test_a_date_names_its_flow_and_calendar_and_is_provisional_without_the_notice(case: Case) -> None:
    limit, triage = node_of(case, "case_limit_normal"), node_of(case, "triage")
    assert (limit.due_on, limit.is_provisional) == (date(2027, 5, 3), True), "2027 is not loaded"
    assert not triage.is_provisional
    flow, calendar = limit.computed_with.split(" ")
    assert flow == "enforcement_implementation@2026.11-2"
    assert calendar.startswith("CN_STATE_COUNCIL@")


def test_an_edit_of_the_calendar_recomputes_by_the_same_rules(case: Case) -> None:
    tell(case, "application_received", "2026-11-02")
    tell(case, "materials_received_by_handler", "2026-11-10")
    set_calendar_day(day=date(2026, 11, 12), is_working=False, by="王某", why="test")
    assert recompute_due_dates() > 0
    node = node_of(case, "execution_notice")
    assert str(node.due_on) == "2026-11-13", "the outer limit rolls to the 13th, where its own ends too"
    assert recompute_due_dates() == 0


def test_rows_of_an_earlier_release_are_recomputed_once(case: Case) -> None:
    tell(case, "application_received", "2026-05-20")
    assert not has_dates_of_earlier_releases()
    gate = Node.objects.filter(case=case, key="superior_petition_gate")
    gate.update(due_on=date(2026, 11, 20), earliest_on=None, computed_with="")
    assert has_dates_of_earlier_releases()
    assert recompute_due_dates() == 1
    assert (gate.get().due_on, gate.get().earliest_on) == (None, date(2026, 11, 21))
    assert not has_dates_of_earlier_releases()


def test_a_state_loaded_for_one_event_dates_nodes_as_a_whole_one_does(case: Case) -> None:
    tell(case, "funds_arrived", "2026-11-02")
    told = HeldEvent(new_id(), "payable_conditions_met", at("2026-11-04"), "operation", "a")
    whole, part = (case_states([case.pk], None, told=keys)[case.pk] for keys in (None, {told.key}))
    assert len(part.nodes) == 1 < len(whole.nodes)
    moved = after_event(part, told)[1].nodes
    assert moved == after_event(whole, told)[1].nodes
    assert [str(node.due_on) for node in moved] == ["2026-11-25"]


def test_a_date_stands_again_as_it_stood_without_an_event_that_is_struck(case: Case) -> None:
    tell(case, "funds_arrived", "2026-11-02")
    told = HeldEvent(new_id(), "payable_conditions_met", at("2026-11-04"), "operation", "a")
    write_case_events([after_event(case_states([case.pk], None)[case.pk], told)[1]])
    _, change = without_events(case_states([case.pk], None)[case.pk], [told.id])
    void_events([told.id])
    write_case_events([change])
    assert due_on(case, "funds_distribution") == "2026-12-02"


def test_an_act_pushed_days_later_moves_a_date_as_of_its_day(cast: Cast, test_flow: FlowVersion) -> None:
    """On site on Wednesday the 18th: three days end on Saturday and roll to Monday, whenever it is synced."""
    case = hold(file_one(cast, flow_facts={}), cast.group)
    assert due_on(case, "report") == "2026-12-02"
    phone = phone_of(cast.holder)
    when: dict[str, Any] = {"started_at": "2026-11-18T09:00:00+08:00", "finished_at": "2026-11-18T10:00:00+08:00"}
    phone.record("LOCATE", case_id=case.pk, fields={**COMPLETE, **when})
    answer = phone.push()
    assert answer["results"][0]["subjects"][0]["node_effect"] == "applied"
    node = node_of(case, "report")
    assert (node.state, str(node.started_on), str(node.due_on)) == ("RUNNING", "2026-11-02", "2026-11-23")


def test_the_flow_of_these_tests_has_no_mistakes() -> None:
    assert read_flow(FLOW).tracked["report"].moved_by == {"case_filed", "field_action_started", "reported"}
