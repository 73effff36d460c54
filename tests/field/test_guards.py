"""What must hold before a step is taken: 终本, auctions, searches, evictions; each condition with its evidence."""

import io
from datetime import date, datetime
from typing import Any

import pytest

from demo.papers import one_page_pdf
from server.cases.guarding import guard_view, guards_of
from server.cases.guards import FINAL_ROUND, FIRST_AUCTION, SEARCH, SECOND_AUCTION, VACATE, Checklist
from server.cases.models import Case, CaseEvent, Node
from server.cases.services import close_case, record_event
from server.common.clock import SHANGHAI
from server.common.errors import DomainError
from server.evidence.services.papers import add_paper
from server.field.models import FieldAction
from tests.actors import Cast, browser_of
from tests.cases.conftest import file_one
from tests.devices import TestDevice
from tests.sync.pushing import COMPLETE, hold

pytestmark = pytest.mark.django_db

FILED = date(2026, 9, 2)
ALL = {
    "execution_notice_sent": "2026-09-08",
    "report_order_sent": "2026-09-08",
    "report_received": "2026-09-20",
    "report_reviewed": "2026-09-25",
    "restriction_issued": "2026-10-10",
    "inquiry_sent": "2026-09-09",
    "feedback_reviewed": "2026-09-14",
    "debtor_untraceable_recorded": "2026-10-20",
    "no_property_concluded": "2026-10-30",
    "panel_approved": "2026-11-10",
}


def at(day: str) -> datetime:
    return datetime.fromisoformat(day).replace(hour=9, tzinfo=SHANGHAI)


def tell(case: Case, events: dict[str, str], chain: str = "") -> None:
    for key, day in events.items():
        record_event(case=case, key=key, occurred_at=at(day), chain=chain)


def asked(case: Case, guard: str, on: str, **further: Any) -> Checklist:
    (found,) = guards_of(case, date.fromisoformat(on), only=(guard,), **further)
    return found


@pytest.fixture
def case(cast: Cast) -> Case:
    return hold(file_one(cast, filed_on=FILED), cast.group)


def without(*keys: str) -> dict[str, str]:
    return {key: day for key, day in ALL.items() if key not in keys}


def test_x17_a_final_round_asked_at_two_months_and_twenty_days_is_blocked_by_the_fourth_condition(case: Case) -> None:
    """X17: filed on 2 September, asked on 22 November."""
    tell(case, ALL)
    found = asked(case, FINAL_ROUND, "2026-11-22")
    assert found.blocked_by == ("three_months",)
    fourth = found.conditions[3]
    assert fourth.earliest_on == date(2026, 12, 2)
    assert [each.key for each in fourth.evidence] == ["case_filed"]
    with pytest.raises(DomainError) as refused:
        close_case(case=case, closing_mode="TERMINATED_THIS_ROUND", closed_on=date(2026, 11, 22))
    assert (refused.value.code, refused.value.status) == ("guard_blocks", 409)
    assert refused.value.details is not None
    states = {each["code"]: (each["holds"], each["earliest_on"]) for each in refused.value.details["conditions"]}
    assert states["three_months"] == (False, "2026-12-02")
    assert [code for code, (holds, _) in states.items() if not holds] == ["three_months"]
    case.refresh_from_db()
    assert case.status == Case.Status.OPEN
    assert not CaseEvent.objects.filter(case=case, key="case_closed").exists()


def test_on_the_day_it_is_over_the_case_is_closed_with_evidence_for_every_condition(case: Case) -> None:
    tell(case, ALL)
    found = asked(case, FINAL_ROUND, "2026-12-02")
    assert found.is_open
    ids = {str(pk) for pk in CaseEvent.objects.filter(case=case).values_list("pk", flat=True)}
    for condition in found.conditions:
        assert condition.evidence, condition.code
        assert {each.id for each in condition.evidence} <= ids
    closed = close_case(case=case, closing_mode="TERMINATED_THIS_ROUND", closed_on=date(2026, 12, 2))
    assert (closed.status, closed.closing_mode) == ("CLOSED", "TERMINATED_THIS_ROUND")


LACKING: dict[str, tuple[dict[str, str], str, str]] = {
    "no notice": (without("execution_notice_sent"), "notice_and_report", "execution_notice"),
    "no order": (without("report_order_sent"), "notice_and_report", "report_order"),
    "a report nobody read": (without("report_reviewed"), "notice_and_report", "report_checked"),
    "no report, and nobody punished": (
        without("report_received", "report_reviewed"),
        "notice_and_report",
        "report_refusal_punished",
    ),
    "no restriction": (without("restriction_issued"), "restricted", "restriction_order"),
    "a list asked for": (
        {**ALL, "listing_application_received": "2026-10-11"},
        "restricted",
        "dishonest_list_decided",
    ),
    "no inquiry": (without("inquiry_sent"), "means_exhausted", "network_inquiry"),
    "feedback nobody read": (without("feedback_reviewed"), "means_exhausted", "feedback_checked"),
    "a site nobody went to": (
        {**ALL, "investigation_requested": "2026-10-11"},
        "means_exhausted",
        "site_investigated",
    ),
    "property concealed": ({**ALL, "concealment_found": "2026-10-11"}, "means_exhausted", "searched"),
    "an audit asked for": (
        {**ALL, "written_application_received": "2026-10-11"},
        "means_exhausted",
        "audit_or_reward_decided",
    ),
    "nobody concluded": (without("no_property_concluded"), "means_exhausted", "no_property_concluded"),
    "property found since": ({**ALL, "property_confirmed": "2026-11-05"}, "means_exhausted", "property_found_since"),
    "nobody looked for him": (
        without("debtor_untraceable_recorded"),
        "debtor_sought",
        "debtor_questioned_or_sought",
    ),
    "a crime suspected": (
        {**ALL, "crime_suspected": "2026-10-11"},
        "debtor_sought",
        "obstruction_punished_or_referred",
    ),
    "nobody heard": (without("panel_approved"), "applicant_heard", "applicant_heard"),
}


@pytest.mark.parametrize("name", LACKING)
def test_each_thing_that_lacks_blocks_its_own_condition_alone(case: Case, name: str) -> None:
    events, code, want = LACKING[name]
    tell(case, events)
    found = asked(case, FINAL_ROUND, "2026-12-10")
    assert found.blocked_by == (code,)
    blocking = next(each for each in found.conditions if each.code == code)
    assert blocking.wants == (want,)
    with pytest.raises(DomainError, match="guard_blocks"):
        close_case(case=case, closing_mode="TERMINATED_THIS_ROUND", closed_on=date(2026, 12, 10))


def test_a_clue_is_verified_in_its_own_chain(case: Case) -> None:
    tell(case, ALL)
    for chain in ("clue-1", "clue-2"):
        tell(case, {"clue_submitted": "2026-10-01"}, chain)
    tell(case, {"clue_verified": "2026-10-05"}, "clue-1")
    assert asked(case, FINAL_ROUND, "2026-12-10").blocked_by == ("means_exhausted",)
    tell(case, {"clue_verified": "2026-10-06"}, "clue-2")
    assert asked(case, FINAL_ROUND, "2026-12-10").is_open


def test_punishment_takes_the_place_of_a_report(case: Case) -> None:
    tell(case, {**without("report_received", "report_reviewed"), "approval_decided": "2026-10-20"})
    assert asked(case, FINAL_ROUND, "2026-12-10").is_open


def test_where_no_money_is_claimed_no_report_is_ordered(cast: Cast) -> None:
    case = file_one(cast, 77, filed_on=FILED, flow_facts={"basis": "JUDGMENT", "claim_kind": "ACT", "track": "NORMAL"})
    tell(case, without("report_order_sent", "report_received", "report_reviewed"))
    assert asked(case, FINAL_ROUND, "2026-12-10").is_open


def test_other_ways_of_closing_ask_for_nothing(case: Case) -> None:
    assert close_case(case=case, closing_mode="COMPLETED").status == Case.Status.CLOSED


def test_resistance_an_act_recorded_must_have_had_its_answer(case: Case, phone: TestDevice) -> None:
    tell(case, ALL)
    facts = {"kind": "VIOLENCE", "facts": "持械阻拦", "measure": "警告"}
    phone.record("LOCATE", case_id=case.pk, fields={**COMPLETE, "obstruction": facts})
    phone.push()
    found = asked(case, FINAL_ROUND, "2026-12-10")
    assert found.blocked_by == ("debtor_sought",)
    assert found.conditions[4].wants == ("obstruction_punished_or_referred",)
    tell(case, {"referred": "2026-12-01"})
    assert asked(case, FINAL_ROUND, "2026-12-10").is_open


def test_an_interview_with_the_applicant_is_evidence_that_he_was_heard(case: Case, phone: TestDevice) -> None:
    tell(case, without("panel_approved"))
    phone.record("INTERVIEW", case_id=case.pk, fields={**COMPLETE, "interviewee_role": "APPLICANT"})
    phone.push()
    act = FieldAction.objects.get()
    heard = asked(case, FINAL_ROUND, "2026-12-10").conditions[5]
    assert act.is_complete, act.missing
    assert [(each.source, each.id) for each in heard.evidence] == [("action", str(act.pk))]


def test_an_auction_waits_for_its_notice_by_the_kind_of_property(case: Case) -> None:
    assert asked(case, FIRST_AUCTION, "2026-10-01").blocked_by == ("notice_published", "notice_ran")
    tell(case, {"auction_notice_published": "2026-10-08"})
    movable = asked(case, FIRST_AUCTION, "2026-10-22", property_kind="movable").conditions[1]
    assert (movable.holds, movable.earliest_on) == (False, date(2026, 10, 23))
    assert asked(case, FIRST_AUCTION, "2026-10-23", property_kind="movable").is_open
    house = asked(case, FIRST_AUCTION, "2026-11-06", property_kind="real_estate_or_right").conditions[1]
    assert (house.holds, house.earliest_on) == (False, date(2026, 11, 7))
    unknown = asked(case, FIRST_AUCTION, "2026-11-06").conditions[1]
    assert unknown.earliest_on == date(2026, 11, 7), "not known what it is, the longer notice counts"


def test_the_second_auction_counts_from_the_failure_of_the_first(case: Case) -> None:
    tell(case, {"auction_notice_published": "2026-10-08", "auction_failed": "2026-10-30"})
    found = asked(case, SECOND_AUCTION, "2026-11-06", property_kind="movable")
    assert found.is_open
    assert asked(case, SECOND_AUCTION, "2026-11-13").conditions[1].earliest_on == date(2026, 11, 14)


def test_an_auction_told_too_early_stays_on_record(case: Case) -> None:
    """What happened is evidence: it is judged, never refused."""
    tell(case, {"auction_notice_published": "2026-10-08", "auction_sold": "2026-10-12"})
    node = Node.objects.get(case=case, key="first_auction")
    assert node.state == Node.State.DONE


def test_a_search_waits_for_the_warrant_on_file(cast: Cast) -> None:
    facts = {"basis": "JUDGMENT", "claim_kind": "MONEY", "track": "NORMAL", "conceals_property": True}
    case = hold(file_one(cast, 78, flow_facts=facts), cast.group)
    assert asked(case, SEARCH, "2026-11-10").blocked_by == ("search_warrant",)
    paper = add_paper(
        subject=case,
        kind="WARRANT",
        title="搜查令",
        content=io.BytesIO(one_page_pdf(["搜查令"])),
        document_no="（2026）闽0924执78号之二",
        issued_on=date(2026, 11, 9),
        signer="院长",
    )
    found = asked(case, SEARCH, "2026-11-10")
    assert found.is_open
    assert [(each.source, each.id) for each in found.conditions[0].evidence] == [("paper", str(paper.pk))]


def test_a_search_without_a_warrant_is_kept_moves_no_node_and_says_what_is_missing(
    cast: Cast, phone: TestDevice
) -> None:
    """X13."""
    facts = {"basis": "JUDGMENT", "claim_kind": "MONEY", "track": "NORMAL", "conceals_property": True}
    case = hold(file_one(cast, 79, flow_facts=facts), cast.group)
    tell(case, {"concealment_found": "2026-11-05"})
    phone.record("SEARCH", case_id=case.pk, fields={**COMPLETE, "areas_searched": ["卧室"]})
    answer = phone.push()["results"][0]
    assert (answer["status"], answer["code"]) == ("applied", "incomplete")
    assert {"authority:SEARCH_WARRANT", "signed_by_president:SEARCH_WARRANT"} <= set(answer["missing"])
    assert answer["subjects"][0]["node_effect"] == "withheld"
    assert Node.objects.get(case=case, key="search_measure").state == Node.State.RUNNING
    assert asked(case, SEARCH, "2026-11-10").blocked_by == ("search_warrant",)


def test_an_eviction_waits_until_the_time_to_leave_is_over(case: Case, phone: TestDevice) -> None:
    assert asked(case, VACATE, "2026-11-10").blocked_by == ("eviction_notice", "time_to_leave_over")
    phone.record(
        "POST_NOTICE",
        case_id=case.pk,
        fields={**COMPLETE, "documents_left": [{"kind": "EVICTION_NOTICE"}], "leave_by": "2026-11-20"},
    )
    phone.push()
    act = FieldAction.objects.get()
    assert act.is_complete, act.missing
    found = asked(case, VACATE, "2026-11-20")
    assert found.blocked_by == ("time_to_leave_over",)
    assert found.conditions[1].earliest_on == date(2026, 11, 21)
    assert found.conditions[0].evidence[0].id == str(act.pk)
    assert asked(case, VACATE, "2026-11-21").is_open


def test_an_eviction_before_that_is_kept_and_moves_no_node(case: Case, phone: TestDevice) -> None:
    tell(case, {"sale_ruling_served": "2026-11-10"})
    moments = {"started_at": "2026-11-18T09:00:00+08:00", "finished_at": "2026-11-18T15:00:00+08:00"}
    fields = {**COMPLETE, **moments, "leave_by": "2026-11-20", "premises_handed_to": "买受人"}
    phone.record("VACATE", case_id=case.pk, fields=fields)
    answer = phone.push()["results"][0]
    assert "notice_expired" in answer["missing"]
    assert Node.objects.get(case=case, key="property_delivery").state == Node.State.RUNNING


def test_the_api_says_what_blocks_in_the_readers_language(case: Case, cast: Cast) -> None:
    tell(case, ALL)
    path = f"/api/v1/cases/{case.pk}/guards?on=2026-11-22"
    shown = browser_of(cast.duty).get(path, headers={"accept-language": "en"}).json()
    final = next(each for each in shown if each["guard"] == "FINAL_ROUND")
    fourth = final["conditions"][3]
    assert (final["is_open"], fourth["holds"], fourth["earliest_on"]) == (False, False, "2026-12-02")
    assert fourth["missing"] == [{"code": "three_months", "text": "Three months since filing are over on 2026-12-02."}]
    chinese = browser_of(cast.duty).get(path, headers={"accept-language": "zh-hans"}).json()
    assert "三个月" in chinese[0]["conditions"][3]["missing"][0]["text"]
    assert browser_of(cast.stranger).get(path).status_code == 404


def test_a_running_node_says_what_its_step_waits_for(case: Case, cast: Cast) -> None:
    tell(case, {"no_property_concluded": "2026-10-30", "auction_notice_published": "2026-10-08"})
    nodes = browser_of(cast.duty).get(f"/api/v1/cases/{case.pk}", headers={"accept-language": "en"}).json()["nodes"]
    blocked = {node["key"]: [each["code"] for each in node["blocked"]] for node in nodes if node["blocked"]}
    assert "execution_notice" in blocked["final_round_review"]
    browser = browser_of(cast.duty)
    browser.cookies["django_language"] = "en"
    page = browser.get(f"/centre/cases/{case.pk}").content.decode()
    assert "Why it may not be done yet" in page
    assert "The execution notice was not sent." in page


def test_every_condition_and_want_has_its_words(case: Case) -> None:
    for found in guards_of(case, date(2026, 11, 1)):
        view = guard_view(found)
        assert all(each["text"] and all(want["text"] for want in each["missing"]) for each in view["conditions"])
