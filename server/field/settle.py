"""Verified bytes complete acts: counts rise, nodes that waited move. Called inside the transaction that verifies."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from server.cases.matter_subjects import touch_matters
from server.cases.models import Case
from server.cases.moves import moved_view
from server.cases.queries import moving_states
from server.cases.services.events import followed, insert_events, is_followed
from server.cases.states import CaseChange, CaseState, merged, node_views
from server.common.bulk import Change, update_rows
from server.evidence.access import matter_ids_of
from server.evidence.models import Promise
from server.evidence.settlement import Settlement
from server.field.authority import UNKNOWN
from server.field.effects import release_withheld
from server.field.live import by_type, state_view
from server.field.models import ActionSubject, FieldAction
from server.field.operation import NodeEffect, Status, gravest
from server.field.rules import CourtRules, events_told_by
from server.field.services import Audience
from server.field.settle_state import Held, HeldAction, hold
from server.field.states import ActionState, FieldState
from server.ledger.services import Draft
from server.people.streams import court_stream

_COUNTS = ("is_complete", "files_promised", "files_verified")


@dataclass(frozen=True, slots=True)
class Settled:
    action: HeldAction
    cases: tuple[UUID, ...]
    """Those its officers know, and matters."""
    released: tuple[tuple[UUID, CaseChange], ...]


def settle_evidence(promises: Sequence[Promise]) -> Settlement:
    """Count these promises for their actions. The device is locked already; cases, then actions are locked here."""
    ids = {promise.holder_id for promise in promises if promise.holder_id}
    if not ids:
        return Settlement()
    verified = {promise.pk for promise in promises if promise.state == Promise.State.VERIFIED}
    held = hold(ids, verified, has_matters=any(map(matter_ids_of, promises)))
    cases = _states_to_move(held)
    settled = [Settled(action, _told(action, held), _released(action, cases)) for action in held.actions]
    moved, following = _written(settled)
    touch_matters({subject for each in settled for subject in each.cases if subject in held.matters})
    drafts = (draft for each in settled for draft in _drafts(each, promises[0].sha256, held.audience))
    return Settlement((*drafts, *following), (*_changes(settled, held.cases), *moved))


def _states_to_move(held: Held) -> dict[UUID, CaseState]:
    """The cases in which an act that is complete now waits to be told."""
    done = [action.state for action in held.actions if action.state.is_complete]
    waiting = {case_id for state in done for _, case_id in state.withheld}
    if not waiting:
        return {}
    told = events_told_by({state.facts.kind for state in done})
    return moving_states([held.cases[case_id] for case_id in sorted(waiting)], told=told)


def _told(action: HeldAction, held: Held) -> tuple[UUID, ...]:
    known = held.cases.keys() | set(held.matters)
    return tuple(sorted(known & {outcome.subject_id for _, outcome in action.state.told}))


def _released(action: HeldAction, cases: dict[UUID, CaseState]) -> tuple[tuple[UUID, CaseChange], ...]:
    return release_withheld(action.state, FieldState(CourtRules(action.overrides), cases))


def _written(settled: Sequence[Settled]) -> tuple[tuple[Change, ...], list[Draft]]:
    """Events are written; the nodes they moved too where something follows that reads them, else left to be written."""
    moved = merged(change for each in settled for _, change in each.released)
    nodes = insert_events([change for change in moved if change.events])
    if not any(map(is_followed, moved)):
        return (nodes,), []
    update_rows(*nodes)
    by = {change.case_id: each.action.state.officer_id for each in settled for _, change in each.released}
    return (), [draft for change in moved for draft in followed(change, by[change.case_id])]


def _changes(settled: Sequence[Settled], cases: Mapping[UUID, Case]) -> tuple[Change, ...]:
    """Counts, what was released, a new version of each unit that shows it; the cases are held."""
    states = [each.action.state for each in settled]
    released = [(row, NodeEffect.APPLIED.value) for each in settled for row, _ in each.released]
    shown = {case_id for each in settled for case_id in each.cases if case_id in cases}
    return (
        (FieldAction, "id", _COUNTS, [(s.id, s.is_complete, s.files_promised, s.files_verified) for s in states]),
        (ActionSubject, "id", ("node_effect",), released),
        (Case, "id", ("version",), [(case_id, cases[case_id].version + 1) for case_id in shown]),
    )


def _drafts(settled: Settled, sha256: str, audience: Audience) -> list[Draft]:
    """An entry for each case, to the courts party to it, told of those cases only."""
    moved = {change.case_id: change for change in merged(change for _, change in settled.released)}
    drafts = []
    for case_id in settled.cases:
        streams = set(audience[case_id])
        together = {each for each in settled.cases if streams <= set(audience[each])}
        view = {
            "action": _view(settled.action.state, together),
            **_moved(moved.get(case_id)),
            "sha256": sha256,
        }
        type_ = next(o.subject_type for _, o in settled.action.state.told if o.subject_id == case_id)
        drafts.append(Draft(tuple(sorted(streams)), "evidence_verified", view, {}, type_, case_id))
    return drafts or [_homeless_draft(settled.action.state, sha256)]


def _moved(change: CaseChange | None) -> dict[str, Any]:
    return {"nodes": node_views(change.case_id, change.nodes), **moved_view(change)} if change else {"nodes": []}


def _homeless_draft(action: ActionState, sha256: str) -> Draft:
    """An act for no case its officers know: told to the court it is from, as when it was recorded."""
    view = {"action": state_view(action, status=Status.PARKED.value, code=UNKNOWN, cases=()), "sha256": sha256}
    return Draft((court_stream(action.court_id),), "evidence_verified", view, {})


def _view(action: ActionState, cases: Collection[UUID]) -> dict[str, Any]:
    """The whole act, all its records: a frame is absolute."""
    outcomes = [outcome for _, outcome in action.told if outcome.subject_id in cases]
    worst = gravest(outcomes)
    return state_view(action, status=worst.status.value, code=worst.code, **by_type(outcomes))
