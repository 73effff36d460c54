"""What desks ask of officers on their devices, and what these answer: tasks, urges, handovers of a stage."""

from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

from client_sdk import FieldClient
from client_sdk.views import Case
from server.people.models import Officer
from server.supervision.models import Urge
from server.sync.models import Operation
from server.teamwork.models import Handover, Task
from tests.simulation.chance import Chance
from tests.simulation.findings import require
from tests.simulation.journal import Recorded, parsed

TASK, URGE, ACCEPT, REJECT = "complete_task", "reply_urge", "accept_handover", "reject_handover"
KINDS = (TASK, URGE, ACCEPT, REJECT)
SHARE = 0.15
"""Of the acts of an officer of whom something is asked."""
NAMES = {TASK: "task", URGE: "urge", ACCEPT: "handover", REJECT: "handover"}
MODELS: dict[str, Any] = {TASK: Task, URGE: Urge, ACCEPT: Handover, REJECT: Handover}
WAITING = ("task_of_another", "task_moved", "urge_answered", "handover_decided", "not_receiver", "note_required")
NOT_NOW = ("not_assigned", "grant_ended", "case_closed", "officer_suspended", "subject_unknown")


class Asked(NamedTuple):
    kind: str
    id: str
    case_id: str
    words: str = ""
    """Unlike any other's: who counted is known by it."""


def asked_in(cases: Sequence[Case]) -> list[tuple[str, str, str]]:
    """What an officer is shown as asked of somebody, by kind, id and case; done or not."""
    found = [(TASK, each.id, case.id) for case in cases for each in case.tasks]
    found += [(URGE, each.id, case.id) for case in cases for each in case.urges]
    return found + [(ACCEPT, each.id, case.id) for case in cases for each in case.handovers]


def planned(chance: Chance, asked: Sequence[tuple[str, str, str]]) -> Asked | None:
    if not asked or not chance.happens(SHARE):
        return None
    kind, id_, case_id = chance.choose(asked)
    if kind == ACCEPT and chance.happens(0.3):
        kind = REJECT
    return Asked(kind, id_, case_id, f"答复{chance.dice.getrandbits(48)}")


def answer(field: FieldClient, asked: Asked) -> None:
    match asked.kind:
        case "complete_task":
            field.complete_task(asked.id, case_id=asked.case_id, note=asked.words)
        case "reply_urge":
            field.reply_urge(asked.id, case_id=asked.case_id, text=asked.words)
        case "accept_handover":
            field.accept_handover(asked.id, case_id=asked.case_id)
        case _:
            field.reject_handover(asked.id, case_id=asked.case_id, reason=asked.words)


def expected_codes(operation: Recorded, officer: Officer) -> tuple[str, ...]:
    """Where what was asked says that this answer counted, that it did; else why not."""
    body = operation.body or {}
    row = MODELS[body["kind"]].objects.filter(pk=_named(body)).first()
    if row is None:
        return ("subject_unknown",)
    if _counted(row, body, operation.hash, officer):
        return ("ok",)
    return (*WAITING, *NOT_NOW)


def answers_count_once() -> None:
    """I2: what was done by an answer was done by one that is applied, and each that is applied did it."""
    done = {name: set[str]() for name in ("task", "urge", "handover")}
    for kind, hash_, words in _applied():
        key = words if kind == URGE else hash_
        require(key not in done[NAMES[kind]], "I2", f"{kind}: {key} counted twice")
        done[NAMES[kind]].add(key)
    by_device = {"source_type": "operation"}
    told = {
        "task": set(Task.objects.filter(**by_device).values_list("source_id", flat=True)),
        "handover": set(Handover.objects.filter(**by_device).values_list("source_id", flat=True)),
        "urge": set(Urge.objects.filter(state=Urge.State.ANSWERED).values_list("reply", flat=True)),
    }
    for name, counted in done.items():
        require(counted == told[name], "I2", f"{len(told[name])} answers stand of {len(counted)} applied: {name}")


def _applied() -> list[tuple[str, str, str]]:
    """Kind, hash and words of each answer that is applied."""
    applied = Operation.objects.filter(status=Operation.Status.APPLIED).values_list("body", "hash")
    bodies = [(parsed(bytes(raw)) or {}, hash_) for raw, hash_ in applied]
    answers = [(body, hash_) for body, hash_ in bodies if body.get("kind") in KINDS]
    return [(body["kind"], hash_, str(body["fields"].get("text", ""))) for body, hash_ in answers]


def _named(body: dict[str, Any]) -> UUID:
    return UUID(body["fields"][NAMES[body["kind"]]])


def _counted(row: Any, body: dict[str, Any], hash_: str, officer: Officer) -> bool:
    if isinstance(row, Urge):
        return row.replied_by_id == officer.pk and row.reply == body["fields"]["text"]
    return bool((row.source_type, row.source_id) == ("operation", hash_))
