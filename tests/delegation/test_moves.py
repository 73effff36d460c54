"""Each arrow of a delegation on real courts: state, clocks, entries in both ledgers, refusals with reasons."""

import json
from datetime import date
from typing import Any

import pytest

from server.cases.models import Case
from server.cases.services import add_property, close_case
from server.cases.services.calendar import set_calendar_day
from server.common.errors import DomainError
from server.delegation.clock import late_days
from server.delegation.models import CaseDelegation
from server.delegation.queries import clocks
from server.delegation.services import Target, pass_delegation_limits, tell_of_late_delegations
from server.delegation.states import Clock, Move, State
from server.ledger.models import Entry
from server.notices.models import Notice
from server.people.models import Court
from server.people.streams import court_stream
from tests.actors import Cast
from tests.delegation.conftest import ELSEWHERE, FILED_AS, Journey, Partners, at_day, on

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]


def moves_told(court: Court, delegation: CaseDelegation) -> list[str]:
    rows = Entry.objects.filter(stream=court_stream(court.pk), subject_id=delegation.pk, kind="delegation_moved")
    return [json.loads(row.view)["move"] for row in rows.order_by("position")]


def refused(journey: Journey, delegation: CaseDelegation, move: Move, by: Any, **said: Any) -> str:
    with pytest.raises(DomainError) as caught:
        journey.move(delegation, move, by, **said)
    return caught.value.code


def drafted_with(journey: Journey, **asked: Any) -> str:
    return refused(journey, journey.draft(**asked), Move.CHECK, journey.cast.holder)


def status(case: Case | None) -> tuple[str, str]:
    assert case
    case.refresh_from_db()
    return case.status, case.closing_mode


def test_a_whole_life_stands_in_both_ledgers_once_it_is_sent(journey: Journey, cast: Cast, partners: Partners) -> None:
    delegation = journey.running()
    assert delegation.received_case
    close_case(case=delegation.received_case, closing_mode="FULL_PAYMENT", recovered_amount=120000, by=partners.centre)
    life = ["send", "file", "take_over", "start", "close"]
    assert moves_told(partners.court, delegation) == life
    assert moves_told(cast.court, delegation) == ["draft", "check", *life], "what came before is its own"
    delegation.refresh_from_db()
    assert (delegation.state, delegation.due_on, delegation.number) == ("CLOSED", None, "（2026）闽0924委执1号")


def test_a_draft_is_checked_by_what_lies_where(journey: Journey, cast: Cast) -> None:
    """Art 1."""
    delegation = journey.draft(is_none_here=False)
    assert refused(journey, delegation, Move.CHECK, cast.holder) == "delegation_property_here"
    delegation = journey.move(delegation, Move.WITHDRAW, cast.holder, words="另拟")
    assert drafted_with(journey, targets=[]) == "delegation_no_property_elsewhere"


def test_a_property_of_the_case_that_nobody_places_elsewhere_is_here(journey: Journey, cast: Cast) -> None:
    house = add_property(case=journey.case, kind="REAL_ESTATE", name="寿山县住宅", source="NETWORK")
    delegation = journey.draft()
    with pytest.raises(DomainError) as caught:
        journey.move(delegation, Move.CHECK, cast.holder)
    assert (caught.value.code, caught.value.details["here"]) == ("delegation_property_here", ["寿山县住宅"])
    journey.move(delegation, Move.WITHDRAW, cast.holder, words="另拟")
    placed = journey.draft(targets=[ELSEWHERE, Target("远河市城东街道9号", property=house.pk)])
    assert placed.targets[1]["name"] == "寿山县住宅"
    assert journey.move(placed, Move.CHECK, cast.holder).state == "CHECKED"


def test_it_goes_to_another_province(journey: Journey, cast: Cast, partners: Partners) -> None:
    assert drafted_with(journey, to_court=cast.other_court) == "delegation_same_province"
    with pytest.raises(DomainError) as caught:
        journey.draft(to_court=cast.court)
    assert caught.value.code == "delegation_open_already", "a draft is one, too"


def test_a_court_nobody_knows_the_province_of_gets_none(journey: Journey, partners: Partners) -> None:
    Court.objects.filter(pk=partners.middle.pk).update(parent=None)
    assert drafted_with(journey) == "delegation_high_court_unknown"


def test_a_court_that_does_not_work_here_is_written_to_on_paper(journey: Journey, partners: Partners) -> None:
    Court.objects.filter(pk=partners.court.pk).update(reach=Court.Reach.PACKAGE)
    assert drafted_with(journey) == "delegation_on_paper"


def test_it_is_sent_with_eight_papers_and_on_record(journey: Journey, cast: Cast, partners: Partners) -> None:
    """Art 5 and 4; the approval form beside the application makes the second paper two."""
    delegation = journey.move(journey.with_papers(journey.draft(), but="instrument"), Move.CHECK, cast.holder)
    with pytest.raises(DomainError) as caught:
        journey.move(delegation, Move.SEND, cast.director, record_no="备7号")
    assert (caught.value.code, caught.value.details["missing"]) == ("delegation_papers_missing", ["instrument"])
    journey.paper(delegation, "instrument", "判决书")
    assert refused(journey, delegation, Move.SEND, cast.director) == "delegation_record_needed"
    assert refused(journey, delegation, Move.SEND, cast.holder, record_no="备7号") == "delegation_not_in_charge"
    assert moves_told(partners.court, delegation) == []
    sent = journey.move(delegation, Move.SEND, cast.director, record_no="备7号")
    assert (sent.state, sent.due_clock, sent.due_on) == ("SENT", "file", date(2026, 11, 9))
    told = Notice.objects.filter(kind="delegation").values_list("officer__name", flat=True)
    assert {"方值", "高督", "闽督"} <= set(told), "the other court, and both high courts for record"


def test_what_is_not_approved_goes_back_to_the_draft_or_is_dropped(journey: Journey, cast: Cast) -> None:
    delegation = journey.checked()
    assert refused(journey, delegation, Move.REJECT, cast.director) == "delegation_reason_needed"
    assert journey.move(delegation, Move.REJECT, cast.director, words="先查清财产").state == "DRAFT"
    assert refused(journey, delegation, Move.SEND, cast.director, record_no="1") == "delegation_not_in_state"
    assert journey.move(delegation, Move.WITHDRAW, cast.holder, words="另行处理").state == "WITHDRAWN"
    assert journey.draft().number == "（2026）闽0924委执2号", "a new one may follow"


def test_x22_a_court_that_files_on_day_eight_is_a_day_late_by_statute(journey: Journey, partners: Partners) -> None:
    delegation = journey.sent()
    at_day(8)
    delegation = journey.file(delegation)
    filing = clocks(delegation)[Clock.FILE]
    assert (filing.due_on, filing.stopped_on) == (date(2026, 11, 9), date(2026, 11, 10))
    assert late_days(filing, date(2027, 1, 1)) == 1
    told = Entry.objects.filter(stream=court_stream(partners.court.pk), subject_id=delegation.pk).order_by("-position")
    assert json.loads(told[0].view)["late"] == [{"clock": "file", "days": 1, "kind": "statutory"}]


def test_whoever_is_late_is_told_once_and_so_is_his_superior(journey: Journey, partners: Partners) -> None:
    journey.sent()
    at_day(7)
    assert tell_of_late_delegations() == 0, "the last day is a day of the limit"
    at_day(8)
    assert (tell_of_late_delegations(), tell_of_late_delegations()) == (1, 1)
    told = Notice.objects.filter(view__clock="file").values_list("officer__name", flat=True)
    assert sorted(told) == sorted([partners.centre.name, partners.superior.name])


def test_a_day_that_is_given_off_later_moves_a_date_before_anybody_is_told(journey: Journey) -> None:
    journey.sent()
    set_calendar_day(day=date(2026, 11, 9), is_working=False, by="王某", why="地方通知")
    at_day(8)
    assert tell_of_late_delegations() == 0
    assert CaseDelegation.objects.get().due_on == date(2026, 11, 10)


def test_it_is_filed_with_a_number_a_handler_and_his_telephone(
    journey: Journey, cast: Cast, partners: Partners
) -> None:
    """Art 7."""
    delegation = journey.sent()
    good = {"case_no": FILED_AS, "handler": partners.handler.pk, "handler_phone": "0570-1"}
    for changed, code in (
        ({"case_no": "（2026）闽0924执9号"}, "delegation_case_no_unfit"),
        ({"case_no": "八十八"}, "delegation_case_no_unfit"),
        ({"handler": cast.holder.pk}, "delegation_handler_unfit"),
        ({"handler_phone": " "}, "delegation_phone_needed"),
    ):
        assert refused(journey, delegation, Move.FILE, partners.centre, **{**good, **changed}) == code
    assert refused(journey, delegation, Move.FILE, cast.duty, **good) == "delegation_of_other_court"
    delegation = journey.move(delegation, Move.FILE, partners.centre, **good)
    case = delegation.received_case
    assert case
    assert (case.court, case.case_no, case.cause, case.claim_amount) == (
        partners.court,
        FILED_AS,
        journey.case.cause,
        journey.case.claim_amount,
    )
    assert [party.name for party in case.parties.order_by("pk")] == ["申请人甲", "被执行人乙"]
    assert (delegation.state, delegation.due_clock, delegation.due_on) == ("FILED", "tell", date(2026, 11, 9))


def test_a_number_that_is_taken_files_nothing(journey: Journey) -> None:
    first = journey.sent()
    journey.file(first)
    CaseDelegation.objects.filter(pk=first.pk).update(state="CLOSED", received_case=None)
    second = journey.sent()
    with pytest.raises(DomainError) as caught:
        journey.file(second)
    assert caught.value.code == "case_no_taken"
    second.refresh_from_db()
    assert second.state == "SENT"


def test_papers_are_completed_in_thirty_days(journey: Journey, cast: Cast, partners: Partners) -> None:
    """Art 8."""
    delegation = journey.sent()
    at_day(2)
    assert refused(journey, delegation, Move.ASK_PAPERS, partners.centre) == "delegation_reason_needed"
    delegation = journey.move(delegation, Move.ASK_PAPERS, partners.centre, words="缺送达回证")
    assert (delegation.state, delegation.due_clock, delegation.due_on) == ("INCOMPLETE", "complete", date(2026, 12, 4))
    assert clocks(delegation)[Clock.FILE].is_paused
    assert refused(journey, delegation, Move.FILE, partners.centre) == "delegation_not_in_state"
    journey.paper(delegation, "others", "送达回证")
    at_day(12)
    delegation = journey.move(delegation, Move.COMPLETE, cast.holder)
    assert (delegation.state, delegation.due_on) == ("SENT", date(2026, 11, 19))
    told = Entry.objects.filter(stream=court_stream(partners.court.pk), subject_id=delegation.pk).order_by("-position")
    assert [each["path"] for each in json.loads(told[0].facts)["changed"]] == ["/papers"]


def test_papers_neither_completed_nor_explained_count_as_withdrawn(
    journey: Journey, cast: Cast, partners: Partners
) -> None:
    delegation = journey.move(journey.sent(), Move.ASK_PAPERS, partners.centre, words="缺函")
    on(date(2026, 12, 2))
    assert pass_delegation_limits() == 0, "the last day is a day of the limit"
    on(date(2026, 12, 3))
    assert pass_delegation_limits() == 1
    assert pass_delegation_limits() == 0
    delegation.refresh_from_db()
    assert (delegation.state, delegation.ended_at is not None) == ("WITHDRAWN_DEEMED", True)
    assert moves_told(cast.court, delegation)[-1] == moves_told(partners.court, delegation)[-1] == "deem_withdrawn"
    journey.move(delegation, Move.SEND_BACK, partners.centre)
    assert refused(journey, delegation, Move.SEND_BACK, partners.centre) == "delegation_papers_back"
    again = journey.done(delegation, Move.AGAIN, cast.holder).following
    assert again
    assert (again.previous, again.state, again.papers.count()) == (delegation, "DRAFT", 8)
    assert status(journey.case) == ("OPEN", "")


def test_what_was_explained_does_not_count_as_withdrawn(journey: Journey, cast: Cast, partners: Partners) -> None:
    delegation = journey.move(journey.sent(), Move.ASK_PAPERS, partners.centre, words="缺函")
    assert refused(journey, delegation, Move.EXPLAIN, cast.holder) == "delegation_reason_needed"
    journey.move(delegation, Move.EXPLAIN, cast.holder, words="档案调取需时")
    assert refused(journey, delegation, Move.EXPLAIN, cast.holder, words="再说") == "delegation_explained"
    on(date(2026, 12, 20))
    assert pass_delegation_limits() == 0
    assert journey.move(delegation, Move.COMPLETE, cast.holder).state == "SENT"


def test_taking_over_tells_the_applicant_and_cancels_the_case_here(
    journey: Journey, cast: Cast, partners: Partners
) -> None:
    """Art 7 and 2."""
    delegation = journey.filed()
    assert refused(journey, delegation, Move.TAKE_OVER, cast.holder) == "delegation_applicant_untold"
    later = date(2026, 11, 3)
    assert (
        refused(journey, delegation, Move.TAKE_OVER, cast.holder, told_applicant_on=later)
        == "delegation_applicant_untold"
    )
    assert status(journey.case) == ("OPEN", "")
    delegation = journey.take_over(delegation)
    assert status(journey.case) == ("CLOSED", "CANCELLED")
    assert status(delegation.received_case)[0] == "OPEN"
    assert (delegation.state, delegation.due_clock, delegation.due_on) == ("TAKEN_OVER", "start", date(2026, 11, 17))


def test_it_is_begun_and_reported(journey: Journey, cast: Cast, partners: Partners) -> None:
    delegation = journey.taken_over()
    assert refused(journey, delegation, Move.START, partners.bystander) == "delegation_not_in_charge"
    delegation = journey.move(delegation, Move.START, partners.handler)
    assert (delegation.state, delegation.due_clock, delegation.due_on) == ("RUNNING", "report", date(2026, 12, 2))
    delegation = journey.move(delegation, Move.REPORT, partners.handler, words="已查封厂房，正在评估")
    assert (delegation.state, delegation.due_clock) == ("RUNNING", "six_months")
    assert refused(journey, delegation, Move.CLOSE, partners.handler) == "delegation_case_open"


def test_a_case_closed_before_anybody_said_it_began_has_begun(journey: Journey, partners: Partners) -> None:
    delegation = journey.taken_over()
    assert delegation.received_case
    close_case(case=delegation.received_case, closing_mode="FULL_PAYMENT", by=partners.centre)
    delegation.refresh_from_db()
    assert delegation.state == "CLOSED"
    assert moves_told(partners.court, delegation)[-2:] == ["start", "close"]


def test_a_case_closed_by_a_list_is_found_by_the_pass(journey: Journey) -> None:
    delegation = journey.running()
    Case.objects.filter(case_no=FILED_AS).update(status="CLOSED", closing_mode="FULL_PAYMENT")
    assert (pass_delegation_limits(), pass_delegation_limits()) == (1, 0)
    delegation.refresh_from_db()
    assert delegation.state == "CLOSED"


def test_the_superior_is_asked_after_fifteen_idle_days(journey: Journey, cast: Cast, partners: Partners) -> None:
    """民诉法240."""
    delegation = journey.taken_over()
    at_day(15)
    assert refused(journey, delegation, Move.ASK_SUPERIOR, cast.holder, words="未动") == "delegation_not_idle"
    at_day(16)
    journey.move(delegation, Move.ASK_SUPERIOR, cast.holder, words="逾期未执行")
    assert Notice.objects.filter(officer=partners.superior, view__move="ask_superior", is_urgent=True).exists()
    journey.move(delegation, Move.START, partners.handler)
    assert refused(journey, delegation, Move.ASK_SUPERIOR, cast.holder, words="未动") == "delegation_not_idle"
    at_day(32)
    assert journey.move(delegation, Move.ASK_SUPERIOR, cast.holder, words="又十五日未动").state == "RUNNING"


def test_a_superior_urges(journey: Journey, cast: Cast, partners: Partners) -> None:
    delegation = journey.sent()
    journey.move(delegation, Move.URGE, partners.superior, words="请尽快立案")
    assert Notice.objects.filter(officer=partners.centre, view__move="urge").exists()
    assert refused(journey, delegation, Move.URGE, cast.supervisor, words="催") == "delegation_of_other_court"


def test_new_property_is_told(journey: Journey, cast: Cast, partners: Partners) -> None:
    """Art 10."""
    delegation = journey.running()
    assert refused(journey, delegation, Move.TELL_PROPERTY, cast.holder) == "delegation_property_needed"
    found = Target("远河市港区码头", kind="VESSEL", name="货船一艘", ref="浙渔1号")
    journey.move(delegation, Move.TELL_PROPERTY, cast.holder, properties=[found])
    assert Notice.objects.filter(officer=partners.handler, view__move="tell_property").exists()
    told = Entry.objects.filter(stream=court_stream(partners.court.pk), subject_id=delegation.pk).order_by("-position")
    facts = json.loads(told[0].facts)
    assert [each["name"] for each in facts["properties"]] == ["货船一艘"]
    assert [each["path"] for each in facts["changed"]] == ["/targets"]


def test_a_case_that_came_so_goes_no_further(journey: Journey, cast: Cast, partners: Partners) -> None:
    from server.delegation.services import Asked, draft_delegation

    delegation = journey.running()
    assert delegation.received_case
    with pytest.raises(DomainError) as caught:
        draft_delegation(case=delegation.received_case, to_court=cast.court, asked=Asked(), by=partners.handler)
    assert caught.value.code == "delegation_onward"


def test_it_comes_back_with_the_consent_of_the_high_court(journey: Journey, cast: Cast, partners: Partners) -> None:
    """Art 9."""
    delegation = journey.move(journey.running(), Move.ASK_RETURN, partners.centre, words="无财产可供执行")
    assert delegation.state == "RETURN_PENDING"
    assert refused(journey, delegation, Move.RETURN, partners.centre, words="x") == "delegation_consent_needed"
    assert refused(journey, delegation, Move.CONSENT, partners.superior) == "delegation_not_in_charge"
    assert refused(journey, delegation, Move.CONSENT, partners.centre) == "delegation_of_other_court"
    delegation = journey.move(delegation, Move.CONSENT, partners.high_officer)
    assert (delegation.due_clock, delegation.due_on) == ("return", date(2026, 11, 17))
    assert refused(journey, delegation, Move.CONSENT, partners.high_officer) == "delegation_consented"
    delegation = journey.move(delegation, Move.RETURN, partners.centre, words="材料退回")
    assert delegation.state == "RETURNED"
    assert status(delegation.received_case) == ("CLOSED", "CANCELLED")
    assert status(journey.case) == ("OPEN", "")
    again = journey.done(delegation, Move.AGAIN, cast.holder).following
    assert again
    assert (again.relation, again.to_court) == ("AGAIN", partners.court)
    assert refused(journey, delegation, Move.AGAIN, cast.holder) == "delegation_made_again"


def test_a_return_that_is_refused_goes_on_where_it_was(journey: Journey, partners: Partners) -> None:
    for state in ("FILED", "RUNNING"):
        delegation = (
            journey.filed()
            if state == "FILED"
            else journey.move(journey.take_over(CaseDelegation.objects.get()), Move.START, partners.handler)
        )
        journey.move(delegation, Move.ASK_RETURN, partners.centre, words="退")
        back = journey.move(delegation, Move.REFUSE_RETURN, partners.high_officer, words="理由不足")
        assert (back.state, back.came_from) == (state, "")


def test_what_comes_back_before_it_was_taken_over_was_never_away(journey: Journey) -> None:
    delegation = journey.back(journey.filed())
    assert delegation.state == "RETURNED"
    assert status(delegation.received_case) == ("CLOSED", "CANCELLED")
    assert status(journey.case) == ("OPEN", "")
    assert not Entry.objects.filter(kind="case_reopened").exists()


def test_illegal_moves_are_refused_wherever_it_stands(journey: Journey, cast: Cast, partners: Partners) -> None:
    delegation = journey.draft()
    for move in (Move.SEND, Move.FILE, Move.TAKE_OVER, Move.RETURN, Move.CLOSE, Move.LIFT):
        assert refused(journey, delegation, move, cast.director) == "delegation_not_in_state"
    assert State(delegation.state) is State.DRAFT


def test_it_may_be_delegated_a_second_time(journey: Journey, cast: Cast) -> None:
    again = journey.done(journey.back(journey.running()), Move.AGAIN, cast.holder).following
    assert again
    journey.move(again, Move.CHECK, cast.holder)
    journey.move(again, Move.SEND, cast.director, record_no="备8号")
    taken = journey.take_over(journey.file(again, "（2026）浙9702执89号"))
    assert taken.state == "TAKEN_OVER"
    assert status(journey.case) == ("CLOSED", "CANCELLED")


def test_nothing_of_the_file_here_stands_in_the_ledger_there(journey: Journey, partners: Partners) -> None:
    house = add_property(case=journey.case, kind="REAL_ESTATE", name="住宅", source="NETWORK")
    placed = Target("远河市城东街道9号", property=house.pk)
    drafted = journey.with_papers(journey.draft(targets=[ELSEWHERE, placed]))
    journey.move(drafted, Move.CHECK, journey.cast.holder)
    sent = journey.move(drafted, Move.SEND, journey.cast.director, record_no="备7号")
    delegation = journey.move(journey.take_over(journey.file(sent)), Move.START, partners.handler)
    journey.move(delegation, Move.TELL_PROPERTY, journey.cast.holder, properties=[placed])
    journey.back(delegation)
    rows = Entry.objects.filter(stream=court_stream(partners.court.pk))
    assert rows.filter(subject_id=delegation.pk).count() == 8
    for secret in (journey.case.pk, house.pk):
        assert not [row.kind for row in rows if str(secret) in f"{row.view}{row.facts}"]
