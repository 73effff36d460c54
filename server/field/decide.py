"""What one recorded act does: to its action, to each of its subjects, to their nodes. Pure.

State is loaded once for a batch and folded here, so that the next operation of the batch sees what the last one did.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from server.cases.case_no import CaseNoError, parse_case_no
from server.cases.states import CaseChange, CaseState, HeldNode
from server.common.clock import local_date
from server.common.ids import new_id
from server.field.authority import ACT_ANNULLED, UNFOUNDED, UNKNOWN, is_correction_founded, why_parked
from server.field.case_acts import COMPLETE_NODE, acted_on, node_named, why_held, why_impossible, why_waiting
from server.field.effects import PARALLEL, SOURCE, claim_only, node_effect, release_withheld
from server.field.joining import counted, is_contribution, joined
from server.field.operation import (
    NodeEffect,
    Outcome,
    SignedOperation,
    Status,
    SubjectOutcome,
    gravest,
    plausible_time,
    set_aside,
)
from server.field.states import ActionEffects, ActionState, Corrected, Facts, FieldState, SubjectRow


class Judged(NamedTuple):
    """One subject as listed; `case_id` where there is such a case, `code` "" where the officer had authority."""

    subject: Mapping[str, Any]
    case_id: UUID | None
    code: str


def record_action(operation: SignedOperation, state: FieldState) -> ActionEffects:
    """Judge one act of any kind and fold it into the state."""
    facts, known = facts_of(operation), state.actions.get(action_id_of(operation))
    said = together(facts, known)
    judged = [_judged(operation, subject, said, known, state) for subject in operation.subjects]
    if operation.is_id_reused or not _may_join(operation, known, judged):
        return claims_alone(operation, state, "id_reuse")
    action = _contributed(operation, facts, known, judged, state)
    released = release_withheld(action, state)
    rows = [_row(action, each, state) for each in judged]
    claims = _hidden_claims(action, judged, state)
    written = tuple({row.subject_id: row for row in reversed(rows) if row}.values())[::-1]
    state.actions[action.id] = _held(action, written)
    state.corrected[operation.hash] = Corrected(operation.reporter.officer_id, action.id)
    outcome = _outcome(
        operation, known, action, judged, [row.outcome if row else _hidden(action, state) for row in rows]
    )
    verdict = action.verdict if known is None else state.rules.judge(facts)
    return ActionEffects(operation, outcome, new_id(), action, verdict, written, released, claims)


def action_id_of(operation: SignedOperation) -> UUID:
    """As the device made it; a body without one is an action of its own, the same at every replay."""
    stated = operation.body.get("action_id")
    return UUID(stated) if stated else UUID(operation.hash[:32])


def facts_of(operation: SignedOperation) -> Facts:
    body = operation.body
    return Facts(operation.kind, counted(body["fields"]), tuple(operation.evidence), body.get("position"))


def together(facts: Facts, known: ActionState | None) -> Facts:
    """With what the act has said before, which stands."""
    if known is None or not known.is_founded:
        return facts
    return Facts(
        facts.kind,
        joined(known.facts.fields, facts.fields),
        (*known.facts.evidence, *facts.evidence),
        known.facts.position or facts.position,
    )


def recorded_at_of(operation: SignedOperation) -> datetime:
    """As stated, where it was and a calendar can hold it."""
    return plausible_time(operation.body.get("recorded_at")) or operation.received_at


def case_no_of(subject: Mapping[str, Any]) -> str | None:
    """The canonical number of a subject typed by hand; None where it is no number."""
    try:
        return parse_case_no(subject["id"]).canonical if subject.get("type") == "case_no" else None
    except (CaseNoError, KeyError, TypeError):
        return None


def case_uuid_of(subject: Mapping[str, Any]) -> UUID | None:
    """The id a subject claims; None for a number, or what is no id at all."""
    try:
        return UUID(subject["id"]) if subject.get("type") in ("case", "matter") else None
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def is_matter(subject: Mapping[str, Any]) -> bool:
    return subject.get("type") == "matter"


def _judged(
    operation: SignedOperation, subject: Mapping[str, Any], said: Facts, known: ActionState | None, state: FieldState
) -> Judged:
    case_id = case_id_of(subject, state)
    case = state.cases.get(case_id) if case_id else None
    if case and case.id in state.ratified:
        # No leader's word frees what the review panel has not decided.
        held = why_held(said, case, _acted_on(operation, said, state), only_open=True)
        return Judged(subject, case_id, why_impossible(said, case) or held)
    code = why_parked(operation, subject, case)
    if not code and not is_correction_founded(operation, action_id_of(operation), state.corrected):
        code = UNFOUNDED
    if not code and known and _is_annulled(known, case_id):
        code = ACT_ANNULLED
    if not code and case and _is_parallel(operation, node_of(subject, said, case), case, state):
        code = PARALLEL
    if not code and case and not (known and known.is_founded):
        code = why_waiting(said, case, _acted_on(operation, said, state), state.rules.told_on_site)
    return Judged(subject, case_id, code)


def _acted_on(operation: SignedOperation, said: Facts, state: FieldState) -> date:
    return acted_on(said, state.rules.events(said), local_date(recorded_at_of(operation)))


def case_id_of(subject: Mapping[str, Any], state: FieldState) -> UUID | None:
    """Of a case or matter there is; an id counts for what it is, whatever else has the same."""
    if subject.get("type") in ("case", "matter"):
        claimed = case_uuid_of(subject)
        known = state.cases.get(claimed) if claimed else None
        return claimed if known and known.type == subject["type"] else None
    if meant := state.pointed.get(str(subject.get("id"))):
        return meant if meant in state.cases else None
    number = case_no_of(subject)
    return state.case_ids.get(number) if number else None


def node_of(subject: Mapping[str, Any], said: Facts, case: CaseState) -> HeldNode | None:
    """The node that it names: by its id, or as a completion does."""
    node_id = subject.get("node_id")
    named = next((each for each in case.nodes.values() if str(each.id) == node_id), None) if node_id else None
    return node_named(said, case) or named


def _is_parallel(operation: SignedOperation, node: HeldNode | None, case: CaseState, state: FieldState) -> bool:
    """Another's act has finished the node that this one names: both stand, the first moved it."""
    ended = next((e for e in case.events if node and e.id == node.stop_event_id), None)
    if ended is None or ended.source_id == str(action_id_of(operation)):
        return False
    if ended.source_type != SOURCE:
        return operation.kind == COMPLETE_NODE
    doer = state.doers.get(ended.source_id)
    return doer is not None and doer != operation.reporter.officer_id


def _is_annulled(action: ActionState, case_id: UUID | None) -> bool:
    """A person has said that the act does not count in this case: what is added to it waits for a person too."""
    return any(outcome.status is Status.ANNULLED and outcome.subject_id == case_id for _, outcome in action.told)


def _may_join(operation: SignedOperation, known: ActionState | None, judged: Sequence[Judged]) -> bool:
    """A second record belongs to an action of the same kind about a common subject; anything else reuses its id.

    Which kind it is, the act's own officer says, also where somebody who contributed first said another.
    """
    if known is None:
        return True
    named = {each.case_id or case_uuid_of(each.subject) for each in judged}
    is_kind_open = not known.is_owned and not is_contribution(operation.body["fields"])
    return (known.facts.kind == operation.kind or is_kind_open) and not known.subject_ids.isdisjoint(named)


def _contributed(
    operation: SignedOperation, facts: Facts, known: ActionState | None, judged: Sequence[Judged], state: FieldState
) -> ActionState:
    is_applied = any(not each.code for each in judged)
    if known is None:
        return _first(operation, facts, judged, state, is_applied)
    if not is_applied:
        return known
    facts, owned = together(facts, known), _owned(operation, known)
    return replace(
        owned,
        facts=facts,
        bounds=owned.bounds if known.is_founded else operation.bounds,
        verdict=state.rules.judge(facts),
        subject_ids=known.subject_ids | _subject_ids(judged),
        files_promised=known.files_promised + len(operation.evidence),
        files_verified=known.files_verified + _delivered(operation, state),
        is_founded=True,
    )


def _owned(operation: SignedOperation, known: ActionState) -> ActionState:
    """Whoever contributed first keeps the place of the act's officer until its own record comes."""
    if known.is_owned or is_contribution(operation.body["fields"]):
        return known
    return replace(
        known,
        court_id=operation.reporter.court_id,
        officer_id=operation.reporter.officer_id,
        recorded_at=recorded_at_of(operation),
        bounds=operation.bounds,
        is_owned=True,
    )


def _first(
    operation: SignedOperation, facts: Facts, judged: Sequence[Judged], state: FieldState, is_applied: bool
) -> ActionState:
    return ActionState(
        id=action_id_of(operation),
        court_id=operation.reporter.court_id,
        officer_id=operation.reporter.officer_id,
        facts=facts,
        recorded_at=recorded_at_of(operation),
        received_at=operation.received_at,
        bounds=operation.bounds,
        verdict=state.rules.judge(facts),
        subject_ids=_subject_ids(judged),
        files_promised=len(operation.evidence),
        files_verified=_delivered(operation, state),
        is_founded=is_applied,
        is_new=True,
        is_owned=not is_contribution(operation.body["fields"]),
    )


def _subject_ids(judged: Sequence[Judged]) -> frozenset[UUID]:
    named = (each.case_id or case_uuid_of(each.subject) for each in judged)
    return frozenset(each for each in named if each)


def _delivered(operation: SignedOperation, state: FieldState) -> int:
    return sum(item["sha256"] in state.verified for item in operation.evidence)


def _row(action: ActionState, each: Judged, state: FieldState) -> SubjectRow | None:
    """None where there is nothing to hang a row on: a number nobody knows."""
    if each.case_id is None or each.code == UNKNOWN:
        claimed = case_uuid_of(each.subject)
        if claimed is None:
            return None
        return SubjectRow(new_id(), each.subject["type"], claimed, None, _hidden(action, state), CaseChange(claimed))
    effect, change = node_effect(action, each.code, each.case_id, state)
    status = {"": Status.APPLIED, PARALLEL: Status.SUPERSEDED}.get(each.code, Status.PARKED)
    code = each.code or _applied_code(action)
    type_ = state.cases[each.case_id].type
    outcome = SubjectOutcome(status, effect, code, type_, each.case_id)
    return SubjectRow(new_id(), type_, each.case_id, _node_id(each, state), outcome, change)


def _applied_code(action: ActionState) -> str:
    return "incomplete" if action.verdict.missing else "ok"


def _hidden(action: ActionState, state: FieldState) -> SubjectOutcome:
    """The same for every case this officer may learn nothing of, and for none at all."""
    effect = NodeEffect.WITHHELD if state.rules.events(action.facts) else NodeEffect.NONE
    return SubjectOutcome(Status.PARKED, effect, UNKNOWN)


def _node_id(each: Judged, state: FieldState) -> UUID | None:
    stated = each.subject.get("node_id")
    nodes = state.cases[each.case_id].nodes.values() if stated and each.case_id else ()
    return next((node.id for node in nodes if str(node.id) == stated), None)


def _hidden_claims(action: ActionState, judged: Sequence[Judged], state: FieldState) -> tuple[CaseChange, ...]:
    cases = {each.case_id for each in judged if each.case_id and each.code == UNKNOWN}
    changes = [claim_only(action, case_id, state) for case_id in sorted(cases)]
    return tuple(change for change in changes if change.events)


def _held(action: ActionState, rows: Sequence[SubjectRow]) -> ActionState:
    """As the next operation finds it: what was withheld is released, or waits on."""
    fresh = tuple(
        (row.id, row.subject_id)
        for row in rows
        if (row.outcome.status, row.outcome.node_effect) == (Status.APPLIED, NodeEffect.WITHHELD)
    )
    told = (*action.told, *((row.id, row.outcome) for row in rows if row.is_known))
    return replace(action, withheld=() if action.is_complete else (*action.withheld, *fresh), told=told)


def _outcome(
    operation: SignedOperation,
    known: ActionState | None,
    action: ActionState,
    judged: Sequence[Judged],
    subjects: Sequence[SubjectOutcome],
) -> Outcome:
    worst = gravest(subjects) if subjects else SubjectOutcome(Status.PARKED, code=UNKNOWN)
    is_counted = known is None or any(not each.code for each in judged)
    withheld = [
        {"type": each.subject.get("type"), "id": each.subject.get("id"), "code": subject.code}
        for each, subject in zip(judged, subjects, strict=True)
        if subject.status is not Status.APPLIED
    ]
    return Outcome(
        worst.status,
        worst.code,
        tuple(subjects),
        action.verdict.missing,
        {"subjects": withheld, "action": str(action.id)},
        action.id if is_counted else None,
    )


def claims_alone(operation: SignedOperation, state: FieldState, code: str) -> ActionEffects:
    """Stored without an action; its protective claims count all the same, under an id of its own."""
    facts, id_ = facts_of(operation), UUID(operation.hash[:32])
    action = replace(_first(operation, facts, (), state, False), id=id_)
    cases = sorted({case for each in operation.subjects if (case := case_id_of(each, state))})
    claims = [claim_only(action, case_id, state) for case_id in cases]
    return ActionEffects(operation, set_aside(code), new_id(), claims=tuple(c for c in claims if c.events))
