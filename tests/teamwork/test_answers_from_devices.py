"""Taken over, or sent back, offline: the stage's clock starts when it was said, and a later word waits for a person."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from client_sdk import FieldClient, vault
from server.cases.models import Case, CaseEvent, Node
from server.cases.services import close_case
from server.common.clock import local_date, now
from server.field.models import FieldAction
from server.ledger.models import Entry
from server.people.models import Officer
from server.people.services import issue_enrolment_code
from server.sync.models import Operation, Review
from server.teamwork.models import Handover
from server.teamwork.queries import stage_owner_of
from server.teamwork.services import decide_handover, propose_handover
from tests.actors import Cast
from tests.devices import TestDevice
from tests.sdk_line import DjangoLine
from tests.sync.pushing import COMPLETE, phone_of, statuses
from tests.sync.reviewing import decide
from tests.teamwork.conftest import Teams

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def handover(case: Case, cast: Cast, teams: Teams) -> Handover:
    """Offered three days ago."""
    made = propose_handover(case=case, stage="disposal", by=cast.holder, to_team=teams.disposal, notes=["门锁已换"])
    Handover.objects.filter(pk=made.pk).update(proposed_at=now() - 3 * DAY)
    return fresh(made)


@pytest.fixture
def phone(teams: Teams) -> TestDevice:
    return phone_of(teams.taker)


def answer(phone: TestDevice, handover: Handover, kind: str = "accept_handover", **fields: Any) -> dict[str, Any]:
    said(phone, handover, kind, **fields)
    return phone.push()


def said(phone: TestDevice, handover: Handover, kind: str = "accept_handover", **members: Any) -> None:
    reason = {"reason": members.pop("reason")} if "reason" in members else {}
    fields = {"handover": str(handover.pk), **reason}
    phone.record(kind, **{"case_id": handover.case_id, "fields": fields, **members})


def fresh(handover: Handover) -> Handover:
    return Handover.objects.get(pk=handover.pk)


def test_offline_and_days_later_online_the_stage_is_his_from_the_day_he_said_so(
    teams: Teams, handover: Handover, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vault, "SCRYPT_COST", 2**4)
    line, code = DjangoLine(), issue_enrolment_code(officer=teams.taker)
    store: Any = {"store": tmp_path / "taker.db", "passphrase": "三号楼"}
    with FieldClient.enrol("http://court.test", code=code, transport=line, **store) as field:
        field.sync()
        (offer,) = field.today().handovers
        assert (offer.id, offer.from_name, offer.notes) == (str(handover.pk), "林岚", ("门锁已换",))
        line.is_offline = True
        action = field.accept_handover(offer)
        survey = field.record_action(case_id=handover.case_id, kind="LOCATE", fields=COMPLETE)
        assert field.today().handovers[0].answered_by == action.id
        line.is_offline = False
        field.sync()
        assert [each.status for each in field.actions()] == ["applied", "applied"]
        assert field.today().handovers == ()
        assert field.case(str(handover.case_id)).handovers[0].state == "ACCEPTED"
    assert FieldAction.objects.get().pk.hex == survey.id.replace("-", "")
    assert fresh(handover).state == "ACCEPTED"
    assert stage_owner_of(handover.case).officer == teams.taker


def test_the_clock_of_the_stage_starts_at_the_moment_it_was_said(phone: TestDevice, handover: Handover) -> None:
    # Before the device last heard of the court: nothing bounds it from below.
    said(phone, handover, recorded_at=(now() - DAY).isoformat(), last_statement=None)
    assert statuses(phone.push()) == [("applied", "ok")]
    row = fresh(handover)
    assert (row.state, row.source_type, row.source_id) == ("ACCEPTED", "operation", Operation.objects.get().hash)
    assert row.decided_at
    assert row.received_at
    assert row.received_at - row.decided_at > timedelta(hours=23)
    started = Node.objects.get(case=handover.case, key="disposal_due_diligence")
    assert (started.state, started.started_on) == (Node.State.RUNNING, local_date(now() - DAY))
    assert phone.results[1]["subjects"][0]["node_effect"] == "applied"
    assert Entry.objects.filter(kind="handover_accepted").count() == 1


def test_pushed_twice_and_said_twice_it_is_taken_over_once(phone: TestDevice, handover: Handover) -> None:
    said(phone, handover)
    phone.duplicate_next_request()
    assert phone.push()["results"][0]["repeated"]
    assert statuses(answer(phone, handover)) == [("parked", "handover_decided")]
    assert CaseEvent.objects.filter(key="handover_accepted").count() == 1
    assert Entry.objects.filter(kind="handover_accepted").count() == 1


def test_two_answers_of_one_batch_are_judged_in_their_order(phone: TestDevice, handover: Handover) -> None:
    said(phone, handover, "reject_handover", reason="缺产权证明")
    said(phone, handover)
    assert statuses(phone.push()) == [("applied", "ok"), ("parked", "handover_decided")]
    assert (fresh(handover).state, fresh(handover).reason) == ("REJECTED", "缺产权证明")


def test_decided_elsewhere_first_it_waits_and_nobody_can_ratify_it(
    phone: TestDevice, handover: Handover, teams: Teams, cast: Cast
) -> None:
    said(phone, handover)
    decide_handover(handover_id=handover.pk, officer=teams.other_taker, is_accepted=True)
    assert statuses(phone.push()) == [("parked", "handover_decided")]
    review = Review.objects.get()
    assert (review.cause, review.subject_id) == ("handover_decided", handover.case_id)
    assert Entry.objects.filter(kind="handover_answer_parked", subject_id=handover.case_id).count() == 1
    status, refused = decide(cast.director, review, "ratify")
    assert (status, refused["reason"]) == (409, "handover_decided")
    assert decide(cast.director, review, "annul", "已由二组接收")[0] == 200
    assert stage_owner_of(handover.case).officer == teams.other_taker


def test_somebody_it_was_not_offered_to_waits_for_a_leader_whose_word_counts(handover: Handover, cast: Cast) -> None:
    phone = phone_of(cast.colleague)
    assert statuses(answer(phone, handover)) == [("parked", "not_receiver")]
    assert decide(cast.director, Review.objects.get(), "ratify")[0] == 200
    assert (fresh(handover).state, fresh(handover).decided_by) == ("ACCEPTED", cast.colleague)
    assert Operation.objects.get().status == "applied"


@pytest.mark.parametrize("who", ["stranger", "bystander"])
def test_strangers_learn_nothing_not_even_that_it_exists(handover: Handover, cast: Cast, who: str) -> None:
    officer: Officer = getattr(cast, who)
    phone = phone_of(officer)
    said(phone, handover)
    phone.record("accept_handover", case_id=handover.case_id, fields={"handover": str(handover.case_id)})
    phone.record("accept_handover", case_id=handover.case_id, fields={"handover": ["no id"]})
    assert statuses(phone.push()) == [("parked", "subject_unknown")] * 3
    answers = [phone.results[seq] | {"seq": 0} for seq in (1, 2, 3)]
    assert answers[0] == answers[1] == answers[2]
    assert fresh(handover).state == "PROPOSED"


def test_a_handover_of_another_case_than_the_one_named_is_unknown(phone: TestDevice, handover: Handover) -> None:
    said(phone, handover, case_id=handover.pk)
    assert statuses(phone.push()) == [("parked", "subject_unknown")]


def test_sent_back_without_a_reason_it_waits(phone: TestDevice, handover: Handover) -> None:
    assert statuses(answer(phone, handover, "reject_handover")) == [("parked", "reason_missing")]
    assert statuses(answer(phone, handover, "reject_handover", reason="缺清单")) == [("applied", "ok")]


def test_what_is_closed_is_taken_over_by_nobody(phone: TestDevice, handover: Handover, cast: Cast) -> None:
    said(phone, handover)
    close_case(case=handover.case, closing_mode="COMPLETED")
    assert statuses(phone.push()) == [("parked", "case_closed")]
    status, refused = decide(cast.director, Review.objects.get(), "ratify")
    assert (status, refused["code"]) == (409, "review_not_ratifiable")
