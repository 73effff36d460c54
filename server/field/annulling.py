"""An act that does not count, by a person's word: what waited never will, what had counted is taken out of the fold.

Acts, records and files stay. Of a case nothing is undone but what its nodes owe to this act alone; protective clocks,
which start on any claim, go on.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from server.cases.access import audience_of
from server.cases.matter_subjects import touch_matters
from server.cases.models import Case
from server.cases.moves import moved_view
from server.cases.queries import case_states
from server.cases.services import touch, void_events, write_case_events
from server.cases.states import CaseChange, HeldEvent, merged, node_views, without_events
from server.common.clock import local_date
from server.field.authority import UNKNOWN
from server.field.effects import SOURCE, claim_only, tell_again
from server.field.live import action_view, by_type
from server.field.models import ActionSubject, FieldAction
from server.field.operation import NodeEffect, Status, gravest
from server.field.queries import action_states, told_outcome
from server.field.rules import CourtRules, may_tell_the_same
from server.field.states import ActionState, FieldState
from server.ledger.services import Draft
from server.people.streams import court_stream

ANNULLED = "action_annulled"
_WAITING = (Status.PARKED, Status.SUPERSEDED)


def annul_record(operation_hash: str) -> list[Draft]:
    """The act does not count where it was not applied; nothing of it is erased. Entries are the caller's to append."""
    rows = list(ActionSubject.objects.filter(record__operation_hash=operation_hash).order_by("pk"))
    waiting = [row for row in rows if row.status in _WAITING]
    if not waiting:
        return []
    _mark(waiting)
    cases = {row.subject_id for row in waiting if row.code != UNKNOWN}
    touch(cases)
    touch_matters(cases)
    return _drafts(waiting[0].action_id, {case: CaseChange(case) for case in cases})


def annul_word(operation_hash: str) -> list[Draft]:
    """Of an answer to a handover, a task or an urge: what waited did nothing, and will do nothing."""
    return []


@dataclass(frozen=True, slots=True)
class Annulled:
    """What was annulled of an act: by operation the cases concerned, and entries for the caller to append."""

    cases: Mapping[str, list[UUID]]
    drafts: list[Draft]


def annul_effects(action_id: UUID, court_id: UUID) -> Annulled:
    """The act counts no more in the cases of this court. Locks those cases, then the acts that moved them."""
    named = ActionSubject.objects.filter(action_id=action_id).exclude(code=UNKNOWN).values("subject_id")
    ours = Case.objects.filter(court_id=court_id, pk__in=named).values_list("pk", flat=True)
    state = FieldState(CourtRules({}), case_states(list(ours), None, lock=True))
    others = {case: _others(case, action_id) for case in state.cases}
    ids = {action_id}.union(*others.values())
    state.actions = action_states(ids, facts_of=ids)
    rows = _standing(action_id, state.cases)
    if not rows:
        return Annulled({}, [])
    moved = {row.subject_id: _struck(action_id, row.subject_id, others[row.subject_id], state) for row in rows}
    _mark(rows)
    write_case_events(list(moved.values()))
    cases: dict[str, list[UUID]] = {}
    for row in rows:
        cases.setdefault(row.record.operation_hash, []).append(row.subject_id)
    return Annulled(cases, _drafts(action_id, moved))


def _standing(action_id: UUID, cases: Collection[UUID]) -> Sequence[ActionSubject]:
    rows = ActionSubject.objects.filter(action_id=action_id, subject_id__in=list(cases)).exclude(code=UNKNOWN)
    return list(rows.exclude(status=Status.ANNULLED.value).select_related("record").order_by("pk"))


def _others(case_id: UUID, action_id: UUID) -> set[UUID]:
    """Acts that count in the case and may have told the same as this one."""
    kind = FieldAction.objects.values_list("kind", flat=True).get(pk=action_id)
    rows = ActionSubject.objects.filter(
        subject_id=case_id, status=Status.APPLIED.value, node_effect=NodeEffect.APPLIED.value
    ).exclude(action_id=action_id)
    pairs = rows.values_list("action_id", "action__kind")
    return {other for other, other_kind in pairs if may_tell_the_same({kind}, {other_kind})}


def _struck(action_id: UUID, case_id: UUID, others: Collection[UUID], state: FieldState) -> CaseChange:
    """Fold the case without what the act told it, and with what only seemed told already."""
    events = [each for each in state.cases[case_id].events if _is_of(each, action_id)]
    void_events([each.id for each in events])
    state.cases[case_id], change = without_events(state.cases[case_id], {each.id for each in events})
    days = {(each.key, local_date(each.occurred_at)) for each in events}
    ordered = sorted((state.actions[other] for other in others), key=_arrived)
    again = [tell_again(other, case_id, state, days) for other in ordered]
    return merged([change, *again, claim_only(state.actions[action_id], case_id, state)])[0]


def _is_of(event: HeldEvent, action_id: UUID) -> bool:
    return (event.source_type, event.source_id) == (SOURCE, str(action_id))


def _arrived(action: ActionState) -> tuple[Any, ...]:
    return action.received_at, action.id


def _mark(rows: Sequence[ActionSubject]) -> None:
    """Where the officer is a stranger to the case the code stays, which keeps the act from being told of there."""
    for row in rows:
        row.status, row.code = Status.ANNULLED.value, row.code if row.code == UNKNOWN else Status.ANNULLED.value
        if row.node_effect == NodeEffect.APPLIED:
            row.node_effect = NodeEffect.WITHHELD.value
    ActionSubject.objects.bulk_update(rows, ("status", "code", "node_effect"))


def _drafts(action_id: UUID, moved: Mapping[UUID, CaseChange]) -> list[Draft]:
    """An entry for each of these cases, with the nodes it moved, to the courts party to it."""
    action = FieldAction.objects.select_for_update(no_key=True).get(pk=action_id)
    known = ActionSubject.objects.filter(action=action).exclude(code=UNKNOWN).order_by("pk")
    told = [(row.subject_id, told_outcome(row)) for row in known]
    types = {row.subject_id: row.subject_type for row in known}
    audience, own = audience_of({case for case, _ in told}), (court_stream(action.court_id),)
    drafts = []
    for case in sorted(moved):
        streams = audience.get(case, own)
        together = [(each, o) for each, o in told if set(streams) <= set(audience.get(each, streams))]
        worst = gravest(outcome for _, outcome in together)
        status, code = worst.status.value, worst.code
        view = {
            "action": action_view(action, status=status, code=code, **by_type(outcome for _, outcome in together)),
            "nodes": node_views(case, moved[case].nodes),
            **moved_view(moved[case]),
        }
        drafts.append(Draft(streams, ANNULLED, view, {}, types[case], case))
    return drafts
