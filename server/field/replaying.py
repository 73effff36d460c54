"""All nodes made anew from operations, what desks said and what the ledger was told, and compared. Reads only.

Acts give events, events give nodes: where both steps give what stands, the nodes are what the operations make them.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from server.cases.differences import Difference
from server.cases.models import Case
from server.cases.queries import case_states
from server.cases.replaying import case_differences
from server.cases.states import CaseState
from server.field.case_acts import told_of_case
from server.field.effects import SOURCE, moment_of
from server.field.models import ActionRecord, ActionSubject, FieldAction
from server.field.operation import NodeEffect, Status
from server.field.queries import with_facts, without_facts
from server.field.replaying_hours import hour_differences
from server.field.rules import CourtRules, events_told_by
from server.field.states import ActionState

AT_ONCE = 100


@dataclass(slots=True)
class Replay:
    """What was compared, as far as the walk has come."""

    cases: int = 0
    nodes: int = 0
    events: int = 0
    differences: int = 0
    _rules: CourtRules = field(default_factory=lambda: CourtRules({}))

    def walk(self, case_ids: Iterable[UUID] | None = None) -> Iterator[Difference]:
        """Every difference of all cases, or of these; a batch of cases is held at a time."""
        for batch in _batches(case_ids):
            states = case_states(batch, None)
            self.cases += len(states)
            self.nodes += sum(len(state.nodes) for state in states.values())
            self.events += sum(len(state.events) for state in states.values())
            for difference in self._of(states):
                self.differences += 1
                yield difference

    def _of(self, states: Mapping[UUID, CaseState]) -> list[Difference]:
        """Looked at twice where it seems to differ: somebody may have written between two of our SELECTs."""
        if not self._once(states):
            return []
        return self._once(case_states(states, None))

    def _once(self, states: Mapping[UUID, CaseState]) -> list[Difference]:
        return [*case_differences(states), *self._acts(states), *hour_differences(states)]

    def _acts(self, states: Mapping[UUID, CaseState]) -> Iterator[Difference]:
        counted = _counted(states)
        actions = _actions({action for case in counted.values() for action in case})
        records = Counter(ActionRecord.objects.filter(action__in=list(actions)).values_list("action_id", flat=True))
        for case_id, ids in counted.items():
            for action in (actions[each] for each in sorted(ids)):
                yield from self._told(states[case_id], action, is_alone=records[action.id] == 1)
        yield from _unfounded(states, counted)

    def _told(self, state: CaseState, action: ActionState, *, is_alone: bool) -> Iterator[Difference]:
        """What an act that counts tells the flow stands there; another may have told the same."""
        for caused in told_of_case(action.facts, self._rules.events(action.facts), action.id, state):
            if caused.event not in state.flow.events:
                continue
            same = [each for each in state.events if (each.key, each.chain) == (caused.event, caused.chain)]
            own = next((each for each in same if each.source_id == str(action.id)), None)
            moment = moment_of(caused, action)
            # Of an act that two devices recorded, what the first said of its time may have been all there was.
            if not same or (own and is_alone and own.occurred_at != moment):
                row = str(own.occurred_at) if own else None
                yield Difference(state.case_no, caused.event, caused.chain, "event", row, str(moment))


def _batches(case_ids: Iterable[UUID] | None) -> Iterator[Collection[UUID]]:
    """By keys: no list of all cases is held, and one filed meanwhile moves no other."""
    if case_ids is not None:
        yield from _cut(list(case_ids))
        return
    last: UUID | None = None
    while True:
        rows = Case.objects.order_by("pk").values_list("pk", flat=True)
        batch = list((rows.filter(pk__gt=last) if last else rows)[:AT_ONCE])
        if not batch:
            return
        yield batch
        last = batch[-1]


def _cut(case_ids: list[UUID]) -> Iterator[list[UUID]]:
    return (case_ids[first : first + AT_ONCE] for first in range(0, len(case_ids), AT_ONCE))


def _counted(states: Mapping[UUID, CaseState]) -> dict[UUID, set[UUID]]:
    """By case the acts that moved its nodes, or would have, had another not told the same."""
    rows = ActionSubject.objects.filter(
        subject_id__in=list(states), status=Status.APPLIED.value, node_effect=NodeEffect.APPLIED.value
    )
    counted: dict[UUID, set[UUID]] = {}
    for case_id, action_id in rows.values_list("subject_id", "action_id"):
        counted.setdefault(case_id, set()).add(action_id)
    return counted


def _actions(ids: Collection[UUID]) -> dict[UUID, ActionState]:
    states = {row.pk: without_facts(row) for row in FieldAction.objects.filter(pk__in=list(ids))}
    return with_facts(states) if states else {}


def _unfounded(states: Mapping[UUID, CaseState], counted: Mapping[UUID, set[UUID]]) -> Iterator[Difference]:
    """What stands as told by an act is told by one that counts in the case."""
    told = {event.source_id for state in states.values() for event in state.events if event.source_type == SOURCE}
    kinds = {str(pk): kind for pk, kind in FieldAction.objects.filter(pk__in=told).values_list("pk", "kind")}
    for state in states.values():
        acts = {str(action) for action in counted.get(state.id, ())}
        for event in state.events:
            kind = kinds.get(event.source_id) if event.source_type == SOURCE else None
            may_tell = events_told_by({kind}) if kind else None
            if kind and (event.source_id not in acts or (may_tell is not None and event.key not in may_tell)):
                yield Difference(state.case_no, event.key, event.chain, "act", event.source_id, None)
