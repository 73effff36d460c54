"""Whose fault it is decides: ours is pinned on one operation, the machine's stops the push and is told as such."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from django.db import DatabaseError, DataError, InterfaceError, OperationalError, transaction

from server.cases.models import Case
from server.evidence.models import Promise
from server.field.models import FieldAction
from server.field.operation import SignedOperation
from server.field.states import ActionEffects, FieldState
from server.ledger.models import Entry
from server.sync import faults, operations, push, writing
from server.sync.models import Operation, Review
from tests.devices import TestDevice
from tests.sync.pushing import COMPLETE, counts, statuses, stored_bodies

pytestmark = pytest.mark.django_db


@pytest.fixture
def recorded(phone: TestDevice, held: Case) -> TestDevice:
    for number in range(5):
        phone.record(
            "LOCATE", case_id=held.pk, fields={**COMPLETE, "narrative": f"第{number}次"}, photos=[b"%d" % number]
        )
    return phone


def plant(monkeypatch: pytest.MonkeyPatch, stage: str, fault: Exception, *, seq: int = 3) -> None:
    """A bug in our handler that shows on one operation: where it decides, or where it writes."""
    sound = operations.ACT

    def decide(operation: SignedOperation, state: FieldState) -> ActionEffects:
        if operation.seq == seq:
            raise fault
        return sound.decide(operation, state)  # type: ignore[no-any-return]

    def write(effects: Sequence[Any], state: Any) -> Any:
        drafts = sound.write(effects, state)
        if any(effect.operation.seq == seq for effect in effects):
            raise fault
        return drafts

    planted = replace(sound, decide=decide) if stage == "decide" else replace(sound, write=write)
    monkeypatch.setitem(operations.HANDLERS, "LOCATE", planted)


@pytest.mark.parametrize("fault", [KeyError("bug"), RecursionError(), DataError("value too long"), OverflowError()])
@pytest.mark.parametrize("stage", ["decide", "write"])
def test_a_bug_of_ours_is_pinned_on_the_operation_that_shows_it(
    recorded: TestDevice, monkeypatch: pytest.MonkeyPatch, stage: str, fault: Exception
) -> None:
    plant(monkeypatch, stage, fault)
    answer = recorded.push()
    good = ("applied", "ok")
    assert statuses(answer) == [good, good, ("quarantined", "handler_fault"), good, good]
    assert counts() == (5, 4, 4)
    assert stored_bodies() == [operation.body for operation in recorded.log]
    review = Review.objects.get()
    assert review.operation.seq == 3
    assert review.operation.trace_id == review.details["trace_id"] != ""
    assert Promise.objects.count() == 5, "the photo of the pinned one is asked for too"
    assert Entry.objects.filter(kind="action_recorded").count() == 4
    assert Entry.objects.filter(kind="operation_quarantined").count() == 1


def test_a_pinned_operation_is_answered_the_same_after_the_bug_is_gone(
    recorded: TestDevice, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as bug:
        plant(bug, "decide", KeyError("bug"))
        first = recorded.push()
    again = recorded.push(first_seq=1)
    assert again["results"] == [{**result, "repeated": True} for result in first["results"]]
    assert FieldAction.objects.count() == 4


WEATHER = [
    OperationalError("database is locked"),
    InterfaceError("connection lost"),
    OSError(28, "no space"),
    MemoryError(),
]


@pytest.mark.parametrize("fault", [*WEATHER, DatabaseError("disk image is malformed")])
@pytest.mark.parametrize("stage", ["decide", "write"])
def test_a_fault_of_the_machine_acknowledges_nothing_and_blames_nobody(
    recorded: TestDevice, monkeypatch: pytest.MonkeyPatch, stage: str, fault: Exception
) -> None:
    with monkeypatch.context() as weather:
        plant(weather, stage, fault)
        with transaction.atomic():
            status, problem = recorded.push_envelope(recorded.envelope())
    assert (status, problem["code"]) == (503, "unavailable")
    assert counts() == (0, 0, 0)
    assert not Review.objects.exists()
    assert recorded.acked_seq == 0
    assert statuses(recorded.push()) == [("applied", "ok")] * 5


PLACES = [
    (push, "read_arrivals"),
    (push, "promise_files"),
    (push, "open_reviews"),
    (push, "append"),
    (push, "stated"),
    (writing, "store_operations"),
    (writing, "contact"),
]


@pytest.mark.parametrize(("module", "name"), PLACES)
def test_a_crash_anywhere_before_the_commit_undoes_everything(
    recorded: TestDevice, monkeypatch: pytest.MonkeyPatch, module: Any, name: str
) -> None:
    sound = getattr(module, name)

    def dies(*given: Any, **named: Any) -> Any:
        sound(*given, **named)
        raise OperationalError("server closed the connection")

    entries = Entry.objects.count()
    with monkeypatch.context() as crash:
        crash.setattr(module, name, dies)
        status, problem = recorded.push_envelope(recorded.envelope())
    assert (status, problem["code"]) == (503, "unavailable")
    assert counts() == (0, 0, 0)
    assert Entry.objects.count() == entries
    assert not Promise.objects.exists()
    assert statuses(recorded.push()) == [("applied", "ok")] * 5


@pytest.mark.parametrize(("module", "name"), PLACES)
def test_a_bug_outside_the_handlers_acknowledges_nothing(
    recorded: TestDevice, monkeypatch: pytest.MonkeyPatch, module: Any, name: str
) -> None:
    def breaks(*given: Any, **named: Any) -> Any:
        raise ZeroDivisionError

    with monkeypatch.context() as bug:
        bug.setattr(module, name, breaks)
        status, problem = recorded.push_envelope(recorded.envelope())
    assert (status, problem["code"]) == (500, "internal_error")
    assert counts() == (0, 0, 0)
    assert len(recorded.push()["results"]) == 5


def test_an_unavailable_answer_says_when_to_come_again(recorded: TestDevice, monkeypatch: pytest.MonkeyPatch) -> None:
    from django.test import Client

    plant(monkeypatch, "decide", OperationalError("database is locked"))
    seen: dict[str, str] = {}

    class Watching:
        def post(self, path: str, content: bytes, headers: Any) -> tuple[int, dict[str, Any]]:
            reply = Client().post(path, content, content_type="application/json", headers=dict(headers))
            seen.update(reply.headers)
            return reply.status_code, reply.json()

        def patch(self, path: str, content: bytes, headers: Any) -> int:
            raise AssertionError("nothing is uploaded here")

    recorded.transport = Watching()
    recorded.push_envelope(recorded.envelope())
    assert int(seen["Retry-After"]) > 0


def test_what_a_column_refuses_is_no_weather() -> None:
    assert not faults.is_transient(DataError())
    assert faults.is_transient(OperationalError())
    assert not Operation.objects.exists()
