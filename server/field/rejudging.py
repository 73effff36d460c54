"""An act judged a second time: with a person's authority, or after our own fault was mended.

The same decision over the same state, told apart only by what is written already. Nothing is decided here.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from server.cases.states import CaseChange, CaseState
from server.field.models import ActionRecord, ActionSubject
from server.field.operation import NodeEffect, SignedOperation, Status, SubjectOutcome
from server.field.queries import field_state
from server.field.states import ActionEffects, FieldState, SubjectRow

RATIFIED, REPLAYED, POINTED = "action_ratified", "action_replayed", "action_pointed"


@dataclass(frozen=True, slots=True)
class Terms:
    """On what an act is judged again."""

    courts: frozenset[UUID] = frozenset()
    """In cases of these courts a person stands in for the authority the officer lacked."""
    as_of: datetime | None = None
    """Cases are looked at as they were then: a fault of ours takes nobody's authority away, nor does a slip of his."""
    numbers: Mapping[str, UUID] = field(default_factory=dict)
    """By a case number as it was typed: the case a person says is meant."""
    entry: str = REPLAYED
    """Kind of the entries that tell of it."""


Decide = Callable[[SignedOperation, FieldState], ActionEffects]


def judged_again(operation: SignedOperation, terms: Terms, decide: Decide) -> ActionEffects:
    """What the act does on these terms; rows and record it has already are kept. Locks its cases, then its actions."""
    state = field_state([operation], is_second=True, pointed=terms.numbers)
    if terms.as_of:
        state.cases = {key: case_as_of(case, terms.as_of) for key, case in state.cases.items()}
    state.ratified = frozenset(case.id for case in state.cases.values() if case.court_id in terms.courts)
    record = ActionRecord.objects.filter(operation_hash=operation.hash).first()
    if record:
        _joined(state, record.action_id)
    effects = replace(decide(operation, state), entry=terms.entry)
    return _continued(effects, record) if record else effects


def _joined(state: FieldState, action_id: UUID) -> None:
    """Its record is one of this act already, also where it named a case that was not told to its officer."""
    known = state.actions[action_id]
    state.actions[action_id] = replace(known, subject_ids=known.subject_ids | state.cases.keys())


def case_as_of(case: CaseState, moment: datetime) -> CaseState:
    """Whose it was and whether it was open at that moment; nodes and events are as they are."""
    standing = [each.number for each in case.assignments if each.assigned_at <= moment]
    closed_at = case.closed_at if case.closed_at and case.closed_at <= moment else None
    return replace(case, assignment_no=standing[-1] if standing else case.assignment_no, closed_at=closed_at)


def _continued(effects: ActionEffects, record: ActionRecord) -> ActionEffects:
    standing = {row.subject_id: row for row in ActionSubject.objects.filter(record=record)}
    rows = tuple(_row(row, standing.get(row.subject_id)) for row in effects.rows)
    ids = frozenset(row.pk for row in standing.values())
    return replace(effects, record_id=record.pk, is_recorded=True, rows=rows, standing=ids)


def _row(row: SubjectRow, standing: ActionSubject | None) -> SubjectRow:
    """What was applied before stays as it was told."""
    if standing is None:
        return row
    if standing.status != Status.APPLIED:
        return replace(row, id=standing.pk)
    outcome = SubjectOutcome(
        Status.APPLIED, NodeEffect(standing.node_effect), standing.code, standing.subject_type, row.subject_id
    )
    return replace(row, id=standing.pk, outcome=outcome, change=CaseChange(row.subject_id))
