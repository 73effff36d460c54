"""Both servers act at once: the doing court's order decides, the other is answered, and both come out alike."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from server.common.clock import now
from server.common.errors import DomainError
from server.common.signing import text_hash
from server.exchange.models import OutMessage, Peer, Thread
from server.exchange.services import deliver, enqueue_due_peers, retry
from server.exchange.services.outbox import REFUSALS_TO_DIE
from server.ledger.models import Entry
from server.matters import kinds
from server.matters.models import Matter, MatterAsked
from server.matters.services import Outcome, add_result, pass_limits
from server.matters.states import Move
from server.notices.models import Notice
from tests.exchange.conftest import Partners
from tests.exchange.worlds import carry, codes
from tests.matters.conftest import MONDAY, at_day

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]


def asked(partners: Partners, matter: Matter) -> list[tuple[str, str, bool]]:
    read: Any = lambda: [  # noqa: E731
        (row.move, row.code, row.answered_at is not None) for row in MatterAsked.objects.filter(matter=matter.pk)
    ]
    rows: list[tuple[str, str, bool]] = partners.near.does(read)
    return rows


def test_a_withdrawal_is_a_question_until_the_other_court_answers(partners: Partners) -> None:
    matter = partners.assigned()
    partners.ask(matter, Move.WITHDRAW, words="已履行")
    assert partners.states(matter) == ("IN_PROGRESS", "IN_PROGRESS")
    assert asked(partners, matter) == [("withdraw", "", False)]
    with pytest.raises(DomainError) as caught:
        partners.ask(matter, Move.WITHDRAW, words="再次")
    assert caught.value.code == "matter_withdrawal_asked"
    partners.settle()
    assert partners.states(matter) == ("WITHDRAWN", "WITHDRAWN")
    assert asked(partners, matter) == [("withdraw", "", True)]


def test_what_stands_against_a_withdrawal_is_told_to_who_asked(partners: Partners) -> None:
    matter = partners.assigned()
    with partners.far.entered():
        outcome = Outcome("FROZEN", amount=Decimal(1), expires_on=(MONDAY + timedelta(days=365)).date())
        add_result(matter=Matter.objects.get(pk=matter.pk), outcome=outcome, by=partners.handler)
    partners.ask(matter, Move.WITHDRAW, words="已履行")
    partners.settle()
    assert partners.states(matter) == ("IN_PROGRESS", "IN_PROGRESS")
    assert asked(partners, matter) == [("withdraw", "matter_release_needed", True)]
    with partners.near.entered():
        assert Notice.objects.filter(officer=partners.cast.holder, view__code="matter_release_needed").exists()
        assert Entry.objects.filter(kind="matter_refused", subject_id=matter.pk).count() == 1
    partners.ask(matter, Move.WITHDRAW, words="已履行", asks_release=True)
    partners.settle()
    assert partners.states(matter) == ("WITHDRAWN", "WITHDRAWN")
    with partners.near.entered():
        assert Matter.objects.get(previous=matter.pk).relation == Matter.Relation.RELEASE


def test_fed_back_first_is_not_withdrawn(partners: Partners) -> None:
    matter = partners.frozen()
    with partners.far.entered():
        partners.paper(Matter.objects.get(pk=matter.pk), "receipt", "回执", by=partners.handler, is_result=True)
    partners.do(matter, Move.FEED_BACK, partners.handler)
    partners.ask(matter, Move.WITHDRAW, words="撤回", asks_release=True)
    partners.settle()
    assert partners.states(matter) == ("FED_BACK", "FED_BACK")
    assert asked(partners, matter) == [("withdraw", "matter_not_in_state", True)]


def test_papers_that_meet_a_return_came_too_late(partners: Partners) -> None:
    matter = partners.arrived()
    partners.talk(matter)
    partners.do(matter, Move.ASK_SUPPLEMENT, words="缺一份")
    partners.settle()
    at_day(5)
    partners.far.does(pass_limits)
    partners.do(matter, Move.RETURN, words="逾期未补", reason="DOC_MISSING")
    partners.ask(matter, Move.SUPPLEMENT)
    partners.settle()
    assert partners.states(matter) == ("RETURNED", "RETURNED")
    assert codes(partners.near) == ["matter_not_in_state"]
    assert asked(partners, matter) == [("supplement", "matter_not_in_state", True)]


def test_a_limit_is_passed_by_the_server_whose_step_it_is(partners: Partners) -> None:
    matter = partners.arrived()
    partners.talk(matter)
    partners.do(matter, Move.ASK_SUPPLEMENT, words="缺一份")
    partners.settle()
    at_day(5)
    assert partners.near.does(pass_limits) == 0
    assert partners.far.does(pass_limits) == 1
    partners.settle()
    assert partners.states(matter) == ("RETURN_ALLOWED", "RETURN_ALLOWED")


def test_results_nobody_spoke_against_are_confirmed_by_the_court_that_asked(partners: Partners) -> None:
    matter = partners.fed_back()
    at_day(10)
    assert (partners.far.does(pass_limits), partners.near.does(pass_limits)) == (0, 1)
    partners.settle()
    assert partners.states(matter) == ("CONFIRMED", "CONFIRMED")
    assert partners.far.does(lambda: Matter.objects.get(pk=matter.pk).is_confirmed_by_time)


def test_an_errand_of_a_kind_the_other_server_has_not_is_taken_back(
    partners: Partners, monkeypatch: pytest.MonkeyPatch
) -> None:
    matter = partners.sent()
    with monkeypatch.context() as patch:
        patch.setattr(kinds, "FILES", kinds.FILES / "of another version")
        carry(partners.near, partners.far)
    partners.settle()
    assert codes(partners.near) == ["matter_kind_unknown"]
    partners.ask(matter, Move.WITHDRAW, words="对方尚不支持")
    partners.settle()
    assert partners.near.does(lambda: str(Matter.objects.get(pk=matter.pk).state)) == "WITHDRAWN"


def test_a_message_that_is_never_taken_is_a_dead_letter_with_a_way_back(partners: Partners) -> None:
    matter = partners.sent()
    with partners.near.entered():
        letter = OutMessage.objects.get()
        letter.text = letter.text[:-86] + "A" * 86
        letter.hash = text_hash(letter.text)
        letter.save()
    for _ in range(REFUSALS_TO_DIE):
        assert carry(partners.near, partners.far) == 1
    assert carry(partners.near, partners.far) == 0
    with partners.near.entered():
        letter.refresh_from_db()
        assert (letter.state, letter.code) == ("DEAD", "exchange_message_invalid")
        assert retry(message_id=letter.pk)
        assert retry(message_id=letter.pk) is None
    partners.settle()
    assert partners.states(matter) == ("SENT", "SENT")


def test_other_matters_go_on_beside_a_gap(partners: Partners) -> None:
    first = partners.arrived()
    second = partners.arrived()
    partners.do(first, Move.SIGN_FOR)
    with partners.far.entered():
        OutMessage.objects.filter(thread__matter_id=first.pk).update(state="DEAD")
    partners.do(first, Move.ASSIGN, handler=partners.handler.pk)
    partners.do(second, Move.SIGN_FOR)
    partners.settle()
    assert partners.near.does(lambda: str(Matter.objects.get(pk=second.pk).state)) == "ACCEPTED"
    assert partners.near.does(lambda: str(Matter.objects.get(pk=first.pk).state)) == "SENT"
    assert partners.near.does(lambda: Thread.objects.get(matter_id=first.pk).heard) == 0
    with partners.far.entered():
        retry(message_id=OutMessage.objects.get(state="DEAD").pk)
    partners.settle()
    assert partners.states(first) == ("IN_PROGRESS", "IN_PROGRESS")


def test_what_a_restored_server_lost_is_said_again(partners: Partners) -> None:
    """It had signed for them, and went back to a backup: what comes next waits, and brings them with it."""
    matter = partners.arrived()
    partners.talk(matter)
    partners.do(matter, Move.SIGN_FOR)
    with partners.far.entered():
        assert OutMessage.objects.filter(state="WAITING").update(state="DELIVERED") == 2
    partners.do(matter, Move.ASSIGN, handler=partners.handler.pk)
    partners.settle()
    assert partners.states(matter) == ("IN_PROGRESS", "IN_PROGRESS")
    assert partners.near.does(lambda: Matter.objects.get(pk=matter.pk).talks.count()) == 1


def test_a_worker_that_died_holds_nothing_up_for_long(partners: Partners) -> None:
    partners.sent()
    with partners.near.entered():
        Peer.objects.update(url="http://far.example", busy_until=now() + timedelta(seconds=30))
        peer = Peer.objects.get()
        assert (enqueue_due_peers(), deliver(peer.pk)) == (0, 0)
        Peer.objects.update(busy_until=now() - timedelta(seconds=1), queued_at=now())
        assert enqueue_due_peers() == 0
        Peer.objects.update(busy_until=now() + timedelta(seconds=30))
        deliver(peer.pk)
        Peer.objects.update(busy_until=now() - timedelta(seconds=1))
        assert enqueue_due_peers() == 1
