"""The only writers of acts: what was decided goes out in bulk, one statement per table."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from server.cases.access import audience_of, audience_of_states
from server.cases.matter_subjects import touch_matters
from server.cases.models import SubjectType
from server.cases.moves import moved_view
from server.cases.services import touch, write_case_events
from server.cases.services.events import followed
from server.cases.states import CaseChange, merged, node_views
from server.common.bulk import insert_together, json_text, update_rows
from server.common.clock import to_wire
from server.field.decide import recorded_at_of
from server.field.hour_clocks import keep_clocks
from server.field.live import by_type, state_view
from server.field.models import ActionRecord, ActionSubject, FieldAction
from server.field.operation import NodeEffect, gravest
from server.field.states import ActionEffects, ActionState, FieldState, SubjectRow
from server.ledger.services import Draft
from server.people.streams import court_stream

_COUNTS = ("is_complete", "missing", "warnings", "files_promised", "files_verified")
_ACTION = ("id", "court_id", "kind", "officer_id", "recorded_at", "received_at", *_COUNTS)
_OWNED = ("court_id", "kind", "officer_id", "recorded_at", *_COUNTS)
_RECORD = (
    *("id", "action_id", "operation_hash", "device_id", "officer_id", "recorded_at", "earliest_at", "latest_at"),
    *("clock_verdict", "position", "fields", "corrects", "catalogue", "missing", "warnings"),
)
_SUBJECT = ("id", "action_id", "record_id", "subject_type", "subject_id", "node_id", "status", "code", "node_effect")
_JUDGED = ("node_id", "status", "code", "node_effect")

Audience = Mapping[UUID, tuple[str, ...]]


def write_effects(effects: Sequence[ActionEffects], state: FieldState | None = None) -> list[Draft]:
    """Write a batch's effects inside the caller's transaction; the entries are the caller's to append, once.

    `state`, on which they were decided, spares asking anew who is told.
    """
    made = [effect for effect in effects if effect.action]
    actions = {effect.action.id: effect.action for effect in made if effect.action}  # as the last of them left it
    rows = [(effect, row) for effect in made for row in effect.rows]
    insert_together(
        (
            (FieldAction, _ACTION, [_action(action) for action in actions.values() if action.is_new]),
            (ActionRecord, _RECORD, [_record(effect) for effect in made if not effect.is_recorded]),
            (ActionSubject, _SUBJECT, [_subject(e, row) for e, row in rows if row.id not in e.standing]),
        )
    )
    update_rows(FieldAction, "id", _OWNED, [_owned(action) for action in actions.values() if not action.is_new])
    update_rows(ActionSubject, "id", _JUDGED, [_judged_again(row) for e, row in rows if row.id in e.standing])
    mark_released(row for effect in made for row, _ in effect.released)
    changes = [change for effect in effects for change in _changes(effect)]
    write_changes(changes, _shown(made))
    touch_matters({row.subject_id for _, row in rows if row.is_known and row.type == SubjectType.MATTER})
    keep_clocks(effects, state)
    audience = _audience({case for effect in effects for case in _concerned(effect)}, state)
    drafts = [draft for effect in effects for draft in _drafts(effect, audience)]
    by = effects[0].operation.reporter.officer_id if effects else None
    return [*drafts, *(draft for change in merged(changes) for draft in followed(change, by))]


def _audience(cases: set[UUID], state: FieldState | None) -> Audience:
    held = {case: state.cases[case] for case in cases & state.cases.keys()} if state else {}
    rest = cases - held.keys()
    return {**audience_of_states(held.values()), **(audience_of(rest) if rest else {})}


def mark_released(rows: Iterable[UUID]) -> None:
    update_rows(ActionSubject, "id", ("node_effect",), [(row, NodeEffect.APPLIED.value) for row in rows])


def write_changes(changes: Sequence[CaseChange], shown: Iterable[UUID]) -> None:
    """Events and nodes, and a new version of every unit that shows something new; each case once."""
    moving = [change for change in merged(changes) if change.events]
    write_case_events(moving) if moving else None
    rest = set(shown) - {change.case_id for change in moving}
    touch(rest) if rest else None


def _changes(effect: ActionEffects) -> list[CaseChange]:
    known = [row.change for row in effect.rows if row.is_known]
    return [*known, *(change for _, change in effect.released), *effect.claims]


def _concerned(effect: ActionEffects) -> set[UUID]:
    """Cases the entries of an effect name, those of the act's earlier records too."""
    earlier = effect.action.told if effect.action else ()
    return {change.case_id for change in _changes(effect)} | {o.subject_id for _, o in earlier if o.subject_id}


def _shown(effects: Sequence[ActionEffects]) -> set[UUID]:
    """Cases whose units list these acts."""
    known = (row for effect in effects for row in effect.rows if row.is_known)
    rows = {row.subject_id for row in known if row.type == SubjectType.CASE}
    return rows | {change.case_id for effect in effects for _, change in effect.released}


def _action(action: ActionState) -> tuple[Any, ...]:
    identity = (action.id, action.court_id, action.facts.kind, action.officer_id)
    return (*identity, action.recorded_at, action.received_at, *counts_of(action))


def _owned(action: ActionState) -> tuple[Any, ...]:
    return (action.id, action.court_id, action.facts.kind, action.officer_id, action.recorded_at, *counts_of(action))


def counts_of(action: ActionState) -> tuple[Any, ...]:
    verdict = action.verdict
    lists = (json_text(verdict.missing), json_text(verdict.warnings))
    return (action.is_complete, *lists, action.files_promised, action.files_verified)


def _record(effect: ActionEffects) -> tuple[Any, ...]:
    operation, body, verdict = effect.operation, effect.operation.body, effect.verdict
    assert effect.action
    return (
        effect.record_id,
        effect.action.id,
        operation.hash,
        operation.reporter.device_id,
        operation.reporter.officer_id,
        recorded_at_of(operation),
        operation.bounds.earliest_at,
        operation.bounds.latest_at,
        operation.bounds.verdict,
        json_text(body["position"]) if body.get("position") else None,
        json_text(body["fields"]),
        body.get("corrects") or "",
        str(body.get("catalogue") or "")[:40],
        json_text(verdict.missing),
        json_text(verdict.warnings),
    )


def _subject(effect: ActionEffects, row: SubjectRow) -> tuple[Any, ...]:
    assert effect.action
    outcome = row.outcome
    judged = (outcome.status.value, outcome.code, outcome.node_effect.value)
    return (row.id, effect.action.id, effect.record_id, row.type, row.subject_id, row.node_id, *judged)


def _judged_again(row: SubjectRow) -> tuple[Any, ...]:
    return (row.id, row.node_id, row.outcome.status.value, row.outcome.code, row.outcome.node_effect.value)


def _drafts(effect: ActionEffects, audience: Audience) -> list[Draft]:
    """An entry for each subject, to the courts party to it. What concerns no known subject is its own court's."""
    known = [row for row in effect.rows if row.is_known]
    drafts = [_draft(effect, row, audience) for row in known]
    own = (court_stream(effect.operation.reporter.court_id),)
    if effect.action and not known:
        drafts.append(Draft(own, effect.entry, _view(effect, effect.action, own, audience, None), _facts(effect)))
    released = [
        _node_draft("nodes_released", effect, change, audience) for _, change in effect.released if change.nodes
    ]
    claimed = [_node_draft("protective_clock", effect, change, audience) for change in effect.claims]
    return [*drafts, *released, *claimed]


def _draft(effect: ActionEffects, row: SubjectRow, audience: Audience) -> Draft:
    streams = audience[row.subject_id]
    assert effect.action
    view = _view(effect, effect.action, streams, audience, row.change)
    return Draft(streams, effect.entry, view, _facts(effect), row.type, row.subject_id)


def _view(
    effect: ActionEffects, action: ActionState, streams: Sequence[str], audience: Audience, change: CaseChange | None
) -> dict[str, Any]:
    """The whole act, all its records: a frame is absolute. A court is told of those cases only that it is party to."""
    rows = dict(action.told) | {row.id: row.outcome for row in effect.rows if row.is_known}
    together = [(each, rows[key]) for key in sorted(rows) if (each := rows[key].subject_id)]
    together = [(each, outcome) for each, outcome in together if set(streams) <= set(audience[each])]
    outcome = gravest(outcome for _, outcome in together) if together else effect.outcome
    named = by_type(outcome for _, outcome in together)
    return {
        "action": state_view(action, status=outcome.status.value, code=outcome.code, **named),
        "nodes": node_views(change.case_id, change.nodes) if change else [],
        **(moved_view(change) if change else {}),
        "device": str(effect.operation.reporter.device_id),
    }


def _facts(effect: ActionEffects) -> dict[str, Any]:
    """What replay needs: which operation, and how its time was judged."""
    operation = effect.operation
    earliest = operation.bounds.earliest_at
    return {
        "operation": operation.hash,
        "seq": operation.seq,
        "incarnation": operation.reporter.incarnation,
        "earliest_at": to_wire(earliest) if earliest else None,
        "received_at": to_wire(operation.received_at),
    }


def _node_draft(kind: str, effect: ActionEffects, change: CaseChange, audience: Audience) -> Draft:
    """Nodes of a case moved by a claim, or by a record that says nothing about the case itself."""
    device = str(effect.operation.reporter.device_id)
    view = {"nodes": node_views(change.case_id, change.nodes), **moved_view(change), "device": device}
    return Draft(audience[change.case_id], kind, view, _facts(effect), "case", change.case_id)
