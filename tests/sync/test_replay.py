"""After our own fault is mended, what it had set aside is applied: once, as of its arrival, with an entry."""

import json
import logging
from collections.abc import Iterator
from dataclasses import replace
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from server.cases.models import Case, CaseEvent
from server.cases.services import assign_subject, close_case
from server.evidence.models import Promise
from server.field.decide import record_action
from server.field.models import ActionSubject, FieldAction
from server.field.operation import SignedOperation
from server.field.states import ActionEffects, FieldState
from server.ledger.models import Entry
from server.sync import operations
from server.sync.models import Operation, Review
from server.sync.operations import HANDLERS
from tests.actors import Cast
from tests.devices import TestDevice
from tests.sync.pushing import COMPLETE, counts, statuses
from tests.sync.reviewing import decide, other_group

pytestmark = pytest.mark.django_db
POISON = {**COMPLETE, "narrative": "此条触发故障"}


def faulty(operation: SignedOperation, state: FieldState) -> ActionEffects:
    if operation.body["fields"].get("narrative") == POISON["narrative"]:
        raise ZeroDivisionError("a handler nobody tested with this")
    return record_action(operation, state)


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """A release in which one sort of record makes the handler fail; `undo()` mends it."""
    logging.getLogger("server.sync").disabled = True
    for kind in list(HANDLERS):
        monkeypatch.setitem(operations.HANDLERS, kind, replace(HANDLERS[kind], decide=faulty))
    yield monkeypatch
    logging.getLogger("server.sync").disabled = False


@pytest.fixture
def poisoned(phone: TestDevice, held: Case, broken: pytest.MonkeyPatch) -> Operation:
    phone.record("LOCATE", case_id=held.pk, fields=COMPLETE)
    phone.record("LOCATE", case_id=held.pk, fields=POISON, photos=[b"p"])
    phone.record("LOCATE", case_id=held.pk, fields=COMPLETE)
    answer = phone.push()
    assert statuses(answer) == [("applied", "ok"), ("quarantined", "handler_fault"), ("applied", "ok")]
    return Operation.objects.get(seq=2)


def replay(*arguments: str) -> dict[str, Any]:
    said = StringIO()
    call_command("replay_quarantined", "--json", *arguments, stdout=said)
    told: dict[str, Any] = json.loads(said.getvalue())
    return told


def test_mended_it_is_applied_once(poisoned: Operation, phone: TestDevice, broken: pytest.MonkeyPatch) -> None:
    phone.upload(b"p")
    broken.undo()
    told = replay()
    assert (told["replayed"], told["still"]) == (1, 0)
    assert told["operations"][0]["operation"] == poisoned.hash
    assert replay() == {"replayed": 0, "still": 0, "operations": []}
    assert counts() == (3, 3, 3)
    holder = Promise.objects.get().holder_id
    assert holder
    assert FieldAction.objects.get(pk=holder).is_complete
    assert Review.objects.get().state == "replayed"
    assert Entry.objects.filter(kind="action_replayed").count() == 1
    assert Entry.objects.filter(kind="review_replayed").count() == 1
    assert statuses(phone.push(first_seq=2))[0] == ("applied", "ok"), "a repeated push hears what became of it"


def test_by_its_trace_id(poisoned: Operation, broken: pytest.MonkeyPatch) -> None:
    broken.undo()
    assert replay("--trace-id", poisoned.trace_id)["replayed"] == 1
    with pytest.raises(CommandError):
        replay("--trace-id", poisoned.trace_id)


def test_not_mended_it_stays_set_aside(poisoned: Operation) -> None:
    said = StringIO()
    with pytest.raises(SystemExit):
        call_command("replay_quarantined", stdout=said)
    assert "0 of 1 replayed" in said.getvalue()
    poisoned.refresh_from_db()
    assert (poisoned.status, Review.objects.get().state) == ("quarantined", "open")


def test_a_case_reassigned_since_its_arrival_takes_no_authority_away(
    poisoned: Operation, held: Case, cast: Cast, broken: pytest.MonkeyPatch
) -> None:
    assign_subject(case=held, group=other_group(cast), reason="HANDOVER")
    close_case(case=held, closing_mode="PERFORMED")
    broken.undo()
    assert replay()["operations"][0]["status"] == "applied"


def test_what_had_no_authority_on_arrival_waits_for_a_person(
    phone: TestDevice, held: Case, cast: Cast, broken: pytest.MonkeyPatch
) -> None:
    phone.record("LOCATE", case_id=held.pk, fields=POISON)
    assign_subject(case=held, group=other_group(cast), reason="HANDOVER")
    phone.push()
    broken.undo()
    assert replay()["operations"][0]["code"] == "not_assigned"
    review = Review.objects.get()
    assert (review.state, review.cause, review.subject_id) == ("open", "not_assigned", held.pk)
    assert replay()["operations"] == []
    assert decide(cast.director, review, "ratify")[0] == 200
    assert ActionSubject.objects.get().status == "applied"


def test_nobody_ratifies_past_a_fault_of_ours(poisoned: Operation, cast: Cast) -> None:
    events = CaseEvent.objects.count()
    status, problem = decide(cast.director, Review.objects.get(), "ratify")
    assert (status, problem["code"]) == (409, "handler_fault_stands")
    assert CaseEvent.objects.count() == events
    assert Review.objects.get().state == "open"


def test_a_kind_known_at_last_is_taken_up(phone: TestDevice, held: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    handler = HANDLERS["LOCATE"]
    monkeypatch.delitem(operations.HANDLERS, "LOCATE")
    phone.record("LOCATE", case_id=held.pk, fields=COMPLETE)
    assert statuses(phone.push()) == [("quarantined", "kind_unknown")]
    assert replay("--cause", "kind_unknown")["replayed"] == 0
    monkeypatch.setitem(operations.HANDLERS, "LOCATE", handler)
    assert replay("--cause", "kind_unknown")["replayed"] == 1
    assert FieldAction.objects.get().kind == "LOCATE"


def test_two_replays_at_once_apply_once(poisoned: Operation, broken: pytest.MonkeyPatch) -> None:
    """One after the other here; under the device's lock there is no other way."""
    from server.sync.deciding import replay_operation

    broken.undo()
    told = [replay_operation(operation_id=poisoned.pk) for _ in range(3)]
    assert [each.was_judged for each in told] == [True, False, False]
    assert counts() == (3, 3, 3)


def test_poison_first_and_last_of_many_and_one_of_another_sort_between(
    phone: TestDevice, held: Case, broken: pytest.MonkeyPatch
) -> None:
    """Two pushes: a fault of ours at both ends, bytes that are no record in the middle; all others are applied."""
    for number in range(1, 121):
        if number == 60:
            phone.record_bytes(b"no body at all")
        else:
            phone.record("LOCATE", case_id=held.pk, fields=POISON if number in (1, 120) else COMPLETE)
    told = [*statuses(phone.push(limit=70)), *statuses(phone.push())]
    assert {seq + 1: code for seq, (_, code) in enumerate(told) if code != "ok"} == {
        1: "handler_fault",
        60: "body_invalid",
        120: "handler_fault",
    }
    assert {cause: Review.objects.filter(cause=cause).count() for cause in ("handler_fault", "body_invalid")} == {
        "handler_fault": 2,
        "body_invalid": 1,
    }
    broken.undo()
    for _ in range(2):
        replay()
    assert FieldAction.objects.count() == 119
    assert set(ActionSubject.objects.values_list("status", flat=True)) == {"applied"}
    assert [review.cause for review in Review.objects.filter(state="open")] == ["body_invalid"]
