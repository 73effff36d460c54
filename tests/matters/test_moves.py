"""Each row of the life of a matter on real courts: state, clocks, entries in both ledgers, refusals with reasons."""

import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from server.cases.services import close_case
from server.cases.services.calendar import set_calendar_day
from server.common.errors import DomainError
from server.ledger.models import Entry
from server.matters.models import Matter
from server.matters.queries import clocks
from server.matters.services import Outcome, add_result, pass_limits
from server.matters.states import Clock, Move, State
from server.notices.models import Notice
from server.people.models import Court
from server.people.streams import court_stream
from tests.actors import Cast
from tests.matters.conftest import FREEZE, Errand, Partners, at_day

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]


def entries(court: Court, matter: Matter) -> list[tuple[str, str, str]]:
    """Kind, move and state of what this court's ledger says of it."""
    rows = Entry.objects.filter(stream=court_stream(court.pk), subject_id=matter.pk).order_by("position")
    views = [json.loads(row.view) for row in rows]
    return [(view["kind"], view.get("move", ""), view["matter"]["state"]) for view in views]


def moves_told(court: Court, matter: Matter) -> list[str]:
    return [move for kind, move, _ in entries(court, matter) if kind == "matter_moved"]


def refused(errand: Errand, matter: Matter, move: Move, by: Any, **said: Any) -> str:
    with pytest.raises(DomainError) as caught:
        errand.move(matter, move, by, **said)
    return caught.value.code


def test_a_whole_life_stands_in_both_ledgers_once_it_is_sent(errand: Errand, cast: Cast) -> None:
    matter = errand.confirmed()
    life = ["approve", "sign_for", "assign", "feed_back", "confirm"]
    assert moves_told(cast.other_court, matter) == life
    assert moves_told(cast.court, matter) == ["draft", "submit", *life], "what came before is its own"
    matter.refresh_from_db()
    assert (matter.state, matter.due_on) == ("CONFIRMED", None)
    assert matter.number == "（2026）闽0924委1号"
    assert [row.by is not None for row in matter.moves.all()] == [True] * 7


def test_a_draft_is_whole_before_it_is_submitted(errand: Errand, cast: Cast) -> None:
    matter = errand.draft(request={"holder": "乙", "bank": "工商银行"})
    with pytest.raises(DomainError) as caught:
        errand.move(matter, Move.SUBMIT, cast.holder)
    assert (caught.value.code, caught.value.details["missing"]) == ("matter_request_incomplete", ["account", "amount"])
    matter = errand.with_papers(errand.draft(), but="ruling")
    with pytest.raises(DomainError) as caught:
        errand.move(matter, Move.SUBMIT, cast.holder)
    assert (caught.value.code, caught.value.details["missing"]) == ("matter_papers_missing", ["ruling"])


def test_what_is_not_approved_goes_back_to_the_draft_with_a_reason(errand: Errand, cast: Cast) -> None:
    matter = errand.with_papers(errand.draft())
    errand.move(matter, Move.SUBMIT, cast.holder)
    assert refused(errand, matter, Move.APPROVE, cast.holder) == "matter_not_in_charge", "nobody approves his own"
    assert refused(errand, matter, Move.REJECT, cast.director) == "matter_reason_needed"
    assert errand.move(matter, Move.REJECT, cast.director, words="金额不对").state == "DRAFT"
    assert moves_told(cast.other_court, matter) == []


def test_it_is_signed_for_within_two_working_days(errand: Errand, cast: Cast, partners: Partners) -> None:
    matter = errand.sent()
    assert (matter.due_clock, matter.due_on) == ("sign", date(2026, 11, 4))
    assert refused(errand, matter, Move.SIGN_FOR, cast.duty) == "matter_of_other_court"
    assert refused(errand, matter, Move.SIGN_FOR, partners.bystander) == "matter_not_in_charge"
    matter = errand.move(matter, Move.SIGN_FOR, partners.centre)
    assert (matter.state, matter.due_clock, matter.due_on) == ("ACCEPTED", "do", date(2026, 11, 9))


def test_papers_are_asked_for_after_a_talk_and_come_within_three_days(
    errand: Errand, cast: Cast, partners: Partners
) -> None:
    matter = errand.signed_for()
    assert refused(errand, matter, Move.ASK_SUPPLEMENT, partners.centre, words="缺") == "matter_no_contact"
    errand.talk(matter)
    at_day(1)
    matter = errand.move(matter, Move.ASK_SUPPLEMENT, partners.centre, words="账号不清")
    assert (matter.state, matter.due_clock, matter.due_on) == ("SUPPLEMENT_WAIT", "supplement", date(2026, 11, 6))
    assert clocks(matter)[Clock.DO].is_paused
    at_day(3)
    errand.paper(matter, "other", "账号说明")
    matter = errand.move(matter, Move.SUPPLEMENT, cast.holder)
    assert (matter.state, matter.due_on) == ("ACCEPTED", date(2026, 11, 11)), "two days later than before"
    told = Entry.objects.filter(stream=court_stream(cast.other_court.pk), subject_id=matter.pk).order_by("-position")
    (changed,) = json.loads(told[0].facts)["changed"]
    assert changed["path"] == "/papers"
    assert [paper["title"] for paper in changed["to"]][-1] == "账号说明"


def test_papers_wanted_before_it_is_signed_for_lead_back_there(errand: Errand, cast: Cast, partners: Partners) -> None:
    matter = errand.sent()
    errand.talk(matter)
    errand.move(matter, Move.ASK_SUPPLEMENT, partners.centre, words="缺")
    assert errand.move(matter, Move.SUPPLEMENT, cast.holder).state == "SENT"


def test_papers_that_do_not_come_let_it_go_back(errand: Errand, cast: Cast, partners: Partners) -> None:
    matter = errand.signed_for()
    errand.talk(matter)
    errand.move(matter, Move.ASK_SUPPLEMENT, partners.centre, words="缺")
    at_day(3)
    assert pass_limits() == 0, "the last day is a day of the limit"
    at_day(4)
    assert pass_limits() == 1
    assert pass_limits() == 0
    matter.refresh_from_db()
    assert matter.state == "RETURN_ALLOWED"
    assert matter.moves.order_by("number").last().by is None  # type: ignore[union-attr]
    matter = errand.move(matter, Move.RETURN, partners.centre, reason="DOC_MISSING", words="未补")
    assert (matter.state, matter.due_on) == ("RETURNED", None)


def test_papers_that_come_late_are_taken_as_long_as_it_is_here(errand: Errand, cast: Cast, partners: Partners) -> None:
    matter = errand.signed_for()
    errand.talk(matter)
    errand.move(matter, Move.ASK_SUPPLEMENT, partners.centre, words="缺")
    at_day(4)
    pass_limits()
    assert errand.move(matter, Move.SUPPLEMENT, cast.holder).state == "ACCEPTED"


def test_x19_returned_without_a_talk_is_refused(errand: Errand, cast: Cast, partners: Partners) -> None:
    matter = errand.sent()
    said = {"reason": "OUT_OF_SCOPE", "words": "不属本院"}
    assert refused(errand, matter, Move.RETURN, partners.centre, **said) == "matter_no_contact"
    errand.talk(matter, by=cast.duty)
    assert refused(errand, matter, Move.RETURN, partners.centre, **said) == "matter_no_contact", "they called, not we"
    errand.talk(matter)
    unfounded = {"reason": "DOC_MISSING", "words": "缺"}
    assert refused(errand, matter, Move.RETURN, partners.centre, **unfounded) == "matter_return_unfounded"
    assert errand.move(matter, Move.RETURN, partners.centre, **said).state == "RETURNED"


def test_what_was_done_is_fed_back_and_not_returned(errand: Errand, partners: Partners) -> None:
    matter = errand.frozen()
    errand.talk(matter)
    said = {"reason": "OUT_OF_SCOPE", "words": "不办"}
    assert refused(errand, matter, Move.RETURN, partners.centre, **said) == "matter_not_in_state"


def test_a_handler_is_an_officer_of_the_court_that_does_it(errand: Errand, cast: Cast, partners: Partners) -> None:
    matter = errand.signed_for()
    assert refused(errand, matter, Move.ASSIGN, partners.centre, handler=cast.holder.pk) == "matter_handler_unfit"
    assert refused(errand, matter, Move.ASSIGN, partners.centre) == "matter_handler_unfit"
    at_day(1)
    matter = errand.move(matter, Move.ASSIGN, partners.centre, handler=cast.stranger.pk)
    due = matter.due_on
    at_day(3)
    matter = errand.move(matter, Move.REASSIGN, partners.centre, handler=partners.helper.pk, words="休假")
    assert (matter.state, matter.handler, matter.due_on) == ("IN_PROGRESS", partners.helper, due)


def test_results_say_what_the_kind_wants(errand: Errand, cast: Cast) -> None:
    matter = errand.assigned()
    for outcome, fields in (
        (Outcome("SERVED"), ["code"]),
        (Outcome("FROZEN"), ["amount", "expires_on"]),
        (Outcome("WAITING"), ["rank"]),
        (Outcome("WAITING", rank=0), ["rank"]),
    ):
        with pytest.raises(DomainError) as caught:
            add_result(matter=matter, outcome=outcome, by=cast.stranger)
        assert (caught.value.code, caught.value.details["fields"]) == ("matter_result_invalid", fields)
    assert add_result(matter=matter, outcome=Outcome("WAITING", rank=2), by=cast.stranger).number == 1
    assert ("matter_result", "", "IN_PROGRESS") in entries(cast.court, matter), "told at once"


def test_it_is_fed_back_with_a_result_and_a_receipt(errand: Errand, cast: Cast) -> None:
    matter = errand.assigned()
    assert refused(errand, matter, Move.FEED_BACK, cast.stranger) == "matter_result_missing"
    matter = errand.frozen()
    assert refused(errand, matter, Move.FEED_BACK, cast.stranger) == "matter_receipt_missing"
    errand.paper(matter, "receipt", "回执", is_result=True)
    assert refused(errand, matter, Move.FEED_BACK, cast.stranger, was_on_site=True) == "matter_act_missing"
    matter = errand.move(matter, Move.FEED_BACK, cast.stranger)
    assert (matter.state, matter.due_clock, matter.due_on) == ("FED_BACK", "confirm", date(2026, 11, 5))


def test_nobody_confirms_it_and_the_time_does_with_a_mark(errand: Errand) -> None:
    matter = errand.fed_back()
    at_day(4)
    assert pass_limits() == 1
    matter.refresh_from_db()
    assert (matter.state, matter.is_confirmed_by_time) == ("CONFIRMED", True)


def test_what_waits_is_judged_by_the_calendar_of_that_day(errand: Errand) -> None:
    """Until the 5th, as was thought when it was fed back; then that day was given off."""
    matter = errand.fed_back()
    set_calendar_day(day=date(2026, 11, 5), is_working=False, by="王某", why="地方通知")
    at_day(4)
    assert pass_limits() == 0
    at_day(5)
    assert pass_limits() == 1
    matter.refresh_from_db()
    assert matter.is_confirmed_by_time


def test_a_second_dispute_is_told_to_the_common_superior(errand: Errand, cast: Cast) -> None:
    matter = errand.fed_back()
    assert refused(errand, matter, Move.DISPUTE, cast.holder) == "matter_reason_needed"
    for count in (1, 2):
        matter = errand.move(matter, Move.DISPUTE, cast.holder, words="金额不足")
        assert (matter.state, matter.disputes) == ("IN_PROGRESS", count)
        told = Notice.objects.filter(officer=cast.supervisor, subject_id=matter.pk).count()
        assert told == (1 if count == 2 else 0)
        matter = errand.move(matter, Move.FEED_BACK, cast.stranger)


@pytest.mark.parametrize("stage", ["draft", "sent", "signed_for", "assigned"])
def test_it_is_withdrawn_as_long_as_nothing_is_done(errand: Errand, cast: Cast, stage: str) -> None:
    matter = getattr(errand, stage)()
    assert refused(errand, matter, Move.WITHDRAW, cast.holder) == "matter_reason_needed"
    assert errand.move(matter, Move.WITHDRAW, cast.holder, words="已和解").state == "WITHDRAWN"


def test_a_withdrawal_after_a_freeze_asks_for_its_release(errand: Errand, cast: Cast) -> None:
    matter = errand.frozen()
    assert refused(errand, matter, Move.WITHDRAW, cast.holder, words="和解") == "matter_release_needed"
    errand.move(matter, Move.WITHDRAW, cast.holder, words="和解", asks_release=True)
    release = Matter.objects.get(previous=matter)
    assert (release.kind, release.state, release.relation) == ("DEPOSIT_RELEASE", "DRAFT", "RELEASE")
    assert release.request["account"] == matter.request["account"]
    assert moves_told(cast.court, release) == ["draft"]


def test_what_was_deducted_is_withdrawn_by_nobody(errand: Errand, cast: Cast) -> None:
    matter = errand.assigned(kind="DEPOSIT_DEDUCT", request={**FREEZE, "payee": "案款专户"})
    add_result(matter=matter, outcome=Outcome("DEDUCTED", amount=Decimal("1.00")), by=cast.stranger)
    said = {"words": "和解", "asks_release": True}
    assert refused(errand, matter, Move.WITHDRAW, cast.holder, **said) == "matter_irreversible"


def test_it_is_rated_and_complained_of_once(errand: Errand, cast: Cast) -> None:
    matter = errand.confirmed()
    matter = errand.move(matter, Move.RATE, cast.holder, rating=4, words="及时")
    matter = errand.move(matter, Move.COMPLAIN, cast.holder, words="回执缺页")
    assert (matter.state, matter.rating, matter.complaint) == ("CONFIRMED", 4, "回执缺页")
    assert refused(errand, matter, Move.RATE, cast.holder, rating=5) == "matter_rated"
    assert refused(errand, matter, Move.COMPLAIN, cast.holder, words="再说") == "matter_complained"


def test_a_returned_one_is_sent_again_as_a_new_one(errand: Errand, cast: Cast, partners: Partners) -> None:
    matter = errand.sent()
    errand.talk(matter)
    errand.move(matter, Move.RETURN, partners.centre, reason="WRONG_COURT", words="不属")
    errand.move(matter, Move.RESEND, cast.holder)
    again = Matter.objects.get(previous=matter)
    assert (again.state, again.request, again.number) == ("DRAFT", matter.request, "（2026）闽0924委2号")
    assert again.papers.count() == matter.papers.count()
    assert refused(errand, matter, Move.RESEND, cast.holder) == "matter_resent"
    errand.move(again, Move.SUBMIT, cast.holder)
    assert errand.move(again, Move.APPROVE, cast.director).state == State.SENT


def test_an_urgent_one_is_done_by_telephone_and_its_papers_follow(
    errand: Errand, cast: Cast, partners: Partners
) -> None:
    with pytest.raises(DomainError) as caught:
        errand.draft(is_urgent=True)
    assert caught.value.details["fields"] == ["duty_phone", "papers_due_on"]
    asked: dict[str, Any] = {"is_urgent": True, "duty_phone": "0593-110", "papers_due_on": date(2026, 11, 4)}
    matter = errand.draft(**asked)
    errand.move(matter, Move.SUBMIT, cast.holder)
    matter = errand.move(matter, Move.APPROVE, cast.director)
    assert matter.due_on == date(2026, 11, 2), "the same day"
    errand.with_papers(matter, but="ruling")
    matter = errand.move(matter, Move.SIGN_FOR, partners.centre)
    assert matter.due_on == date(2026, 11, 2)
    errand.talk(matter)
    said = {"reason": "DOC_MISSING", "words": "材料未到"}
    assert refused(errand, matter, Move.RETURN, partners.centre, **said) == "matter_return_unfounded"
    at_day(3)
    assert errand.move(matter, Move.RETURN, partners.centre, **said).state == "RETURNED"


def test_a_closed_case_asks_for_nothing_more(errand: Errand, cast: Cast) -> None:
    matter = errand.with_papers(errand.draft())
    close_case(case=errand.case, closing_mode="SETTLED")
    assert refused(errand, matter, Move.SUBMIT, cast.holder) in ("matter_case_closed", "matter_not_in_charge")
    assert refused(errand, matter, Move.SUBMIT, cast.duty) == "matter_case_closed"


def test_every_move_tells_whoever_does_the_next_step(errand: Errand, cast: Cast, partners: Partners) -> None:
    matter = errand.fed_back()

    def told(officer: Any) -> list[str]:
        rows = Notice.objects.filter(officer=officer, subject_id=matter.pk).order_by("pk")
        return [row.view["move"] for row in rows]

    assert told(partners.centre) == ["approve"]
    assert told(cast.stranger) == ["assign"]
    assert told(cast.holder) == ["sign_for", "feed_back"]
    assert told(cast.director) == ["submit"]
