"""Authority is judged as of the act, subject by subject; what fails is kept in full and waits for a person."""

import json
from datetime import timedelta
from typing import Any

import pytest

from server.cases.models import Case, CaseEvent, Grant, Node
from server.cases.services import assign_subject, close_case, end_grant, grant_subject
from server.common.clock import now
from server.evidence.models import Promise
from server.field.models import ActionRecord, ActionSubject
from server.ledger.models import Entry
from server.people.models import Officer
from server.people.services import suspend_officer
from server.people.streams import court_stream
from server.sync.models import Operation, Review
from tests.actors import Cast, group_of, officer_of
from tests.devices import TestDevice
from tests.sync.pushing import COMPLETE, file_one, hold, phone_of, statuses

pytestmark = pytest.mark.django_db


def push_one(phone: TestDevice, **members: Any) -> dict[str, Any]:
    phone.record("LOCATE", fields=COMPLETE, **members)
    result: dict[str, Any] = phone.push()["results"][-1]
    return result


def code_of(phone: TestDevice, **members: Any) -> tuple[str, str]:
    result = push_one(phone, **members)
    return result["status"], result["code"]


def test_whoever_holds_the_case_is_believed(phone: TestDevice, held: Case) -> None:
    assert code_of(phone, case_id=held.pk) == ("applied", "ok")
    assert code_of(phone, case_id=held.pk, assignment_no=None) == ("applied", "ok")
    assert not Review.objects.exists()


def test_the_assistant_of_the_group_is_believed(cast: Cast, held: Case) -> None:
    assert code_of(phone_of(cast.colleague), case_id=held.pk) == ("applied", "ok")


def test_a_case_reassigned_while_she_was_in_the_basement_is_kept_and_parked(
    phone: TestDevice, held: Case, cast: Cast
) -> None:
    phone.record("LOCATE", case_id=held.pk, fields=COMPLETE, photos=[b"seen"])
    others = group_of(cast.bystander, officer_of(cast.court, "240199", "叶青"), "执行二组")
    assign_subject(case=held, group=others, reason="HANDOVER")
    answer = phone.push()
    assert statuses(answer) == [("parked", "not_assigned")]
    assert Review.objects.get().subject_id == held.pk
    assert ActionRecord.objects.get().fields == COMPLETE
    assert Promise.objects.get().subject_id == held.pk, "her photo is still asked for"
    assert not CaseEvent.objects.filter(source_type="operation").exists()


def test_a_number_never_assigned_is_not_believed(phone: TestDevice, held: Case) -> None:
    assert code_of(phone, case_id=held.pk, assignment_no=2) == ("parked", "not_assigned")


def test_after_the_grant_has_ended_the_act_waits(phone: TestDevice, held: Case, cast: Cast) -> None:
    for grant in Grant.objects.filter(officer=cast.holder):
        end_grant(grant=grant)
    assert code_of(phone, case_id=held.pk) == ("parked", "grant_ended")


def test_a_grant_that_ended_by_the_clock_alone_has_ended(phone: TestDevice, held: Case, cast: Cast) -> None:
    Grant.objects.filter(officer=cast.holder).update(valid_to=now() - timedelta(minutes=1))
    assert code_of(phone, case_id=held.pk) == ("parked", "grant_ended")


def test_after_closing_the_act_waits(phone: TestDevice, held: Case) -> None:
    close_case(case=held, closing_mode="PERFORMED")
    assert code_of(phone, case_id=held.pk) == ("parked", "case_closed")


def test_an_officer_suspended_since_is_parked_not_refused(phone: TestDevice, held: Case, cast: Cast) -> None:
    phone.record("LOCATE", case_id=held.pk, fields=COMPLETE)
    suspend_officer(officer=cast.holder, reason="INQUIRY")
    assert statuses(phone.push()) == [("parked", "officer_suspended")]


def test_what_was_done_after_a_suspension_had_ended_stands(phone: TestDevice, held: Case, cast: Cast) -> None:
    ended = now() - timedelta(days=1)
    Officer.objects.filter(pk=cast.holder.pk).update(suspended_from=ended - timedelta(days=9), suspended_until=ended)
    assert code_of(phone, case_id=held.pk) == ("applied", "ok")


def test_another_officers_name_in_the_body_waits(phone: TestDevice, held: Case, cast: Cast) -> None:
    assert code_of(phone, case_id=held.pk, officer_id=str(cast.colleague.pk)) == ("parked", "officer_mismatch")


def test_an_unknown_case_and_somebody_elses_are_answered_alike(cast: Cast, held: Case) -> None:
    stranger = phone_of(cast.stranger)
    theirs = push_one(stranger, case_id=held.pk)
    nobodys = push_one(stranger, case_id="01999999-0000-7000-8000-00000000000f")
    typed = push_one(stranger, case_no=held.case_no)
    typed_nobodys = push_one(stranger, case_no="（2026）闽0924执88号")
    closed = file_one(cast, 9)
    close_case(case=closed, closing_mode="PERFORMED")
    ended = push_one(stranger, case_id=closed.pk)
    answers = [{**each, "seq": 0} for each in (theirs, nobodys, typed, typed_nobodys, ended)]
    assert all(each == answers[0] for each in answers)
    assert (answers[0]["status"], answers[0]["code"]) == ("parked", "subject_unknown")


def test_a_strangers_act_leaves_no_trace_where_he_has_no_business(cast: Cast, held: Case) -> None:
    stream = court_stream(cast.court.pk)
    before = Entry.objects.filter(stream=stream).count()
    stranger = phone_of(cast.stranger)
    push_one(stranger, case_id=held.pk, photos=[b"what he says he saw"])
    assert Entry.objects.filter(stream=stream).count() == before
    entry = Entry.objects.filter(stream=court_stream(cast.other_court.pk)).latest("position")
    assert entry.kind == "action_recorded"
    assert str(held.pk) not in entry.view
    assert (Promise.objects.get().subject_id, Review.objects.get().court_id) == (None, cast.other_court.pk)
    version = held.version
    held.refresh_from_db()
    assert held.version == version


def test_a_number_typed_by_hand_is_reconciled(phone: TestDevice, held: Case) -> None:
    assert code_of(phone, case_no="(2026) 闽0924 执 7 号") == ("applied", "ok")
    assert ActionSubject.objects.get().subject_id == held.pk
    assert code_of(phone, case_no="（2026）闽0924执8号") == ("parked", "subject_unknown")


def test_each_subject_of_one_act_is_judged_alone(phone: TestDevice, held: Case, cast: Cast) -> None:
    second, foreign = hold(file_one(cast, 8), cast.group), file_one(cast, 9)
    result = push_one(phone, case_ids=[held.pk, foreign.pk, second.pk])
    assert (result["status"], result["code"]) == ("parked", "subject_unknown")
    assert [subject["status"] for subject in result["subjects"]] == ["applied", "parked", "applied"]
    review = Review.objects.get()
    assert review.details["subjects"] == [{"type": "case", "id": str(foreign.pk), "code": "subject_unknown"}]
    told = Entry.objects.filter(kind="action_recorded").values_list("subject_id", flat=True)
    assert set(told) == {held.pk, second.pk}
    promise_free = ActionSubject.objects.filter(status="applied").values_list("subject_id", flat=True)
    assert set(promise_free) == {held.pk, second.pk}


def test_a_case_named_twice_counts_once(phone: TestDevice, held: Case) -> None:
    subjects = [
        {"type": "case", "id": str(held.pk), "assignment_no": 1},
        {"type": "case_no", "id": held.case_no},
        {"type": "case", "id": str(held.pk), "assignment_no": 1},
    ]
    result = push_one(phone, subjects=subjects)
    assert [subject["code"] for subject in result["subjects"]] == ["ok"] * 3
    assert ActionSubject.objects.count() == 1


def test_a_court_lent_the_case_is_told_of_acts_in_it(phone: TestDevice, held: Case, cast: Cast) -> None:
    grant_subject(case=held, court=cast.other_court, reason="DELEGATED")
    push_one(phone, case_id=held.pk)
    streams = Entry.objects.filter(kind="action_recorded").values_list("stream", flat=True)
    assert set(streams) == {court_stream(cast.court.pk), court_stream(cast.other_court.pk)}


def test_a_court_is_not_told_of_the_other_cases_of_an_act(phone: TestDevice, held: Case, cast: Cast) -> None:
    grant_subject(case=held, court=cast.other_court, reason="DELEGATED")
    own = hold(file_one(cast, 8), cast.group)
    push_one(phone, case_ids=[held.pk, own.pk])
    theirs = Entry.objects.filter(kind="action_recorded", stream=court_stream(cast.other_court.pk))
    assert [json.loads(entry.view)["action"]["cases"] for entry in theirs] == [[str(held.pk)]]


@pytest.mark.parametrize("minutes", [525_600, -525_600, 7, -7])
def test_a_wrong_clock_changes_nothing_but_its_verdict(phone: TestDevice, held: Case, minutes: int) -> None:
    phone.clock_runs_ahead(minutes=minutes)
    assert code_of(phone, case_id=held.pk) == ("applied", "ok")
    operation = Operation.objects.get()
    assert operation.clock_verdict == "skewed"
    assert operation.earliest_at is not None
    assert operation.earliest_at <= operation.received_at
    event = CaseEvent.objects.get(source_type="operation")
    assert operation.earliest_at <= event.occurred_at <= operation.received_at


def test_a_right_clock_is_consistent_and_one_without_bounds_says_so(phone: TestDevice, held: Case) -> None:
    phone.record("LOCATE", case_id=held.pk)
    phone.record("LOCATE", case_id=held.pk, last_statement=None)
    phone.record("LOCATE", case_id=held.pk, last_statement="a" * 64)
    phone.push()
    verdicts = Operation.objects.order_by("seq").values_list("clock_verdict", flat=True)
    assert list(verdicts) == ["consistent", "unbounded", "unbounded"]


def test_another_phones_statement_bounds_nothing(phone: TestDevice, held: Case, cast: Cast) -> None:
    other = phone_of(cast.colleague)
    phone.record("LOCATE", case_id=held.pk, last_statement=other.last_statement)
    phone.push()
    assert Operation.objects.get().clock_verdict == "unbounded"


def test_two_officers_at_one_node_both_stand_and_the_first_moves_it(phone: TestDevice, held: Case, cast: Cast) -> None:
    from server.cases.services import record_event

    record_event(case=held, key="investigation_requested", occurred_at=now())
    node = Node.objects.get(case=held, key="field_investigation")
    subject = {"type": "case", "id": str(held.pk), "assignment_no": 1, "node_id": str(node.pk)}
    second = phone_of(cast.colleague)
    assert code_of(phone, subjects=[subject]) == ("applied", "ok")
    assert code_of(phone, subjects=[subject]) == ("applied", "ok"), "she may act again at her own node"
    assert code_of(second, subjects=[subject]) == ("superseded", "parallel")
    assert code_of(second, case_id=held.pk) == ("applied", "ok"), "an act that names no node competes with none"
    assert ActionRecord.objects.count() == 4
    node.refresh_from_db()
    assert node.state == Node.State.DONE
