"""An act judged a second time: with a person's authority, or after our own fault was mended.

The same decision over the same state, told apart only by what is written already. Nothing is decided here.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from server.cases.access import audience_of
from server.cases.services import touch
from server.cases.states import CaseChange, CaseState
from server.field.authority import UNKNOWN
from server.field.live import action_view
from server.field.models import ActionRecord, ActionSubject, FieldAction
from server.field.operation import NodeEffect, SignedOperation, Status, SubjectOutcome, gravest
from server.field.queries import field_state
from server.field.states import ActionEffects, FieldState, SubjectRow
from server.ledger.services import Draft
from server.people.streams import court_stream

RATIFIED, REPLAYED, ANNULLED = "action_ratified", "action_replayed", "action_annulled"


@dataclass(frozen=True, slots=True)
class Terms:
    """On what an act is judged again."""

    courts: frozenset[UUID] = frozenset()
    """In cases of these courts a person stands in for the authority the officer lacked."""
    as_of: datetime | None = None
    """Cases are looked at as they were then: a fault of ours takes nobody's authority away."""


Decide = Callable[[SignedOperation, FieldState], ActionEffects]


def judged_again(operation: SignedOperation, terms: Terms, decide: Decide) -> ActionEffects:
    """What the act does on these terms; rows and record it has already are kept. Locks its cases, then its actions."""
    state = field_state([operation], is_second=True)
    if terms.as_of:
        state.cases = {key: case_as_of(case, terms.as_of) for key, case in state.cases.items()}
    state.ratified = frozenset(case.id for case in state.cases.values() if case.court_id in terms.courts)
    record = ActionRecord.objects.filter(operation_hash=operation.hash).first()
    if record:
        _joined(state, record.action_id)
    effects = replace(decide(operation, state), entry=RATIFIED if terms.courts else REPLAYED)
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
    outcome = SubjectOutcome(Status.APPLIED, NodeEffect(standing.node_effect), standing.code, "case", row.subject_id)
    return replace(row, id=standing.pk, outcome=outcome, change=CaseChange(row.subject_id))


def annul_record(operation_hash: str) -> list[Draft]:
    """The act does not count where it was not applied; nothing of it is erased. Entries are the caller's to append."""
    rows = list(ActionSubject.objects.filter(record__operation_hash=operation_hash).order_by("pk"))
    waiting = [row for row in rows if row.status in (Status.PARKED, Status.SUPERSEDED)]
    ActionSubject.objects.filter(pk__in=[row.pk for row in waiting]).update(
        status=Status.ANNULLED.value, code=Status.ANNULLED.value
    )
    if not waiting:
        return []
    action = FieldAction.objects.select_for_update(no_key=True).get(pk=waiting[0].action_id)
    known = ActionSubject.objects.filter(action=action).exclude(code=UNKNOWN).order_by("pk")
    told = {row.subject_id: _outcome(row) for row in known}
    cases = {row.subject_id for row in waiting} & told.keys()
    audience = audience_of(cases)
    touch(audience)
    own = court_stream(action.court_id)
    return [_annulled(action, told, audience.get(case, (own,)), audience, case) for case in sorted(cases)]


def _annulled(
    action: FieldAction,
    told: Mapping[UUID, SubjectOutcome],
    streams: tuple[str, ...],
    audience: Mapping[UUID, tuple[str, ...]],
    case: UUID,
) -> Draft:
    together = [each for each in told if each not in audience or set(streams) <= set(audience[each])]
    worst = gravest(told[each] for each in together)
    view: dict[str, Any] = {
        "action": action_view(action, status=worst.status.value, code=worst.code, cases=together),
        "nodes": [],
    }
    return Draft(streams, ANNULLED, view, {}, "case", case)


def _outcome(row: ActionSubject) -> SubjectOutcome:
    return SubjectOutcome(Status(row.status), NodeEffect(row.node_effect), row.code, "case", row.subject_id)
