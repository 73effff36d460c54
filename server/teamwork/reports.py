"""What a device says of a task: done. Pure, over state folded as it goes.

The right to say so is the task's, not the case's: whoever it is given to, and nobody in his place.
"""

from dataclasses import dataclass, field, replace
from uuid import UUID

from server.cases.states import CaseState
from server.field.about_case import is_about, named_in, outcome_on, unknown, words_in
from server.field.authority import why_not_now
from server.field.operation import Outcome, SignedOperation, set_aside
from server.teamwork.decide import Source, TaskMove, task_after

COMPLETE_TASK = "complete_task"


@dataclass(frozen=True, slots=True)
class GivenTask:
    """A task with its case, held."""

    case: CaseState
    state: str
    to: UUID
    source: Source


@dataclass(slots=True)
class ReportState:
    tasks: dict[UUID, GivenTask] = field(default_factory=dict)
    ratified: frozenset[UUID] = frozenset()
    """Cases for which a person has given the authority that the officer lacked."""


@dataclass(frozen=True, slots=True)
class Report:
    """What one operation does to a task: `said` where it counts, and counts for the first time."""

    operation: SignedOperation
    outcome: Outcome
    task_id: UUID | None = None
    said: str | None = None


def report_task(operation: SignedOperation, state: ReportState) -> Report:
    if operation.is_id_reused:
        return Report(operation, set_aside("id_reuse"))
    task_id, source = named_in(operation, "task"), ("operation", operation.hash)
    given = state.tasks.get(task_id) if task_id else None
    if task_id is None or given is None or not is_about(operation, given.case):
        return Report(operation, unknown())
    is_his = given.to == operation.reporter.officer_id
    if not is_his and not given.case.grants:
        return Report(operation, unknown())
    if given.source == source:
        return Report(operation, outcome_on(given.case), task_id)
    if code := "task_of_another" if not is_his else _why_waiting(operation, given, state):
        return Report(operation, outcome_on(given.case, code), task_id)
    state.tasks[task_id] = replace(given, state="DONE", source=source)
    return Report(operation, outcome_on(given.case), task_id, words_in(operation, "note"))


def _why_waiting(operation: SignedOperation, given: GivenTask, state: ReportState) -> str:
    """What was moved meanwhile, by whoever is in charge, no word of a leader mends."""
    if task_after(given.state, TaskMove.DONE) is None:
        return "task_moved"
    return "" if given.case.id in state.ratified else why_not_now(operation, given.case)
