"""Verified bytes complete acts: counts rise, nodes that waited move. Called inside the transaction that verifies."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.db.models import Count, Q

from server.cases.access import audience_of
from server.cases.queries import case_states
from server.cases.states import CaseChange, merged, node_views
from server.common.bulk import update_rows
from server.common.statements import GivenMany, Statement
from server.evidence.models import Promise
from server.field.authority import UNKNOWN
from server.field.effects import release_withheld
from server.field.live import state_view
from server.field.models import ActionSubject, FieldAction
from server.field.operation import NodeEffect, Status, SubjectOutcome, gravest
from server.field.queries import action_states
from server.field.rules import CourtRules, events_told_by
from server.field.services import Audience, mark_released, write_changes
from server.field.states import ActionState, FieldState
from server.ledger.services import Draft
from server.people.models import Court

_SUBJECTS = Statement(
    lambda: (
        ActionSubject.objects.filter(action_id__in=GivenMany("action_ids"))
        .exclude(code=UNKNOWN)
        .order_by("pk")
        .values_list("action_id", "subject_id", "status", "node_effect", "code", "action__kind")
    )
)
_COUNTS = Statement(
    lambda: (
        Promise.objects.filter(holder_id__in=GivenMany("action_ids"))
        .values("holder_id")
        .annotate(promised=Count("pk"), verified=Count("pk", filter=Q(state=Promise.State.VERIFIED)))
        .values_list("holder_id", "promised", "verified")
    )
)
_KIND_RULES = Statement(lambda: Court.objects.filter(pk__in=GivenMany("court_ids")).values_list("pk", "kind_rules"))


@dataclass(frozen=True, slots=True)
class Settled:
    action: ActionState
    subjects: Mapping[UUID, SubjectOutcome]
    """Known cases with what became of the act for each."""
    released: tuple[tuple[UUID, CaseChange], ...]


def settle_evidence(promises: Sequence[Promise]) -> list[Draft]:
    """Count these promises for their actions. The device is locked already; cases, then actions are locked here."""
    ids = {promise.holder_id for promise in promises if promise.holder_id}
    if not ids:
        return []
    subjects, kinds = _subjects_of(ids)
    concerned = {case for outcomes in subjects.values() for case in outcomes}
    cases = case_states(concerned, None, lock=True, told=events_told_by(kinds))
    actions = action_states(ids, facts_of=ids)
    counts = _counts(actions)
    overrides = dict(_KIND_RULES.rows(court_ids={action.court_id for action in actions.values()}))
    settled = []
    for action in (replace(actions[key], files_promised=p, files_verified=v) for key, (p, v) in counts.items()):
        state = FieldState(CourtRules(overrides[action.court_id]), cases)
        settled.append(Settled(action, subjects[action.id], release_withheld(action, state)))
    _write(settled)
    audience = audience_of(cases)
    return [draft for each in settled for draft in _drafts(each, promises[0].sha256, audience)]


def _subjects_of(action_ids: Collection[UUID]) -> tuple[dict[UUID, dict[UUID, SubjectOutcome]], set[str]]:
    """What became of each act for each known case, and of which kinds these acts are."""
    subjects: dict[UUID, dict[UUID, SubjectOutcome]] = {action_id: {} for action_id in action_ids}
    kinds = set()
    for action_id, case_id, status, node_effect, code, kind in _SUBJECTS.rows(action_ids=action_ids):
        outcome = SubjectOutcome(Status(status), NodeEffect(node_effect), code, "case", case_id)
        subjects[action_id].setdefault(case_id, outcome)
        kinds.add(kind)
    return subjects, kinds


def _counts(action_ids: Collection[UUID]) -> dict[UUID, tuple[int, int]]:
    """Promised and verified, counted anew under the lock: two deliveries may end at the same moment."""
    counted = {holder: (promised, verified) for holder, promised, verified in _COUNTS.rows(action_ids=action_ids)}
    return {action_id: counted[action_id] for action_id in sorted(action_ids)}


def _write(settled: Sequence[Settled]) -> None:
    names = ("is_complete", "files_promised", "files_verified")
    rows = [(a.id, a.is_complete, a.files_promised, a.files_verified) for a in (each.action for each in settled)]
    update_rows(FieldAction, "id", names, rows)
    mark_released(row for each in settled for row, _ in each.released)
    changes = [change for each in settled for _, change in each.released]
    write_changes(changes, {case for each in settled for case in each.subjects})


def _drafts(settled: Settled, sha256: str, audience: Audience) -> list[Draft]:
    """An entry for each case, to the courts party to it, told of those cases only."""
    nodes = {change.case_id: change.nodes for change in merged(change for _, change in settled.released)}
    drafts = []
    for case_id in sorted(settled.subjects):
        streams = set(audience[case_id])
        together = [case for case in settled.subjects if streams <= set(audience[case])]
        worst = gravest(settled.subjects[case] for case in together)
        view: dict[str, Any] = {
            "action": state_view(settled.action, status=worst.status.value, code=worst.code, cases=together),
            "nodes": node_views(case_id, nodes.get(case_id, ())),
            "sha256": sha256,
        }
        drafts.append(Draft(tuple(sorted(streams)), "evidence_verified", view, {}, "case", case_id))
    return drafts
