"""Seals and freezes recorded under earlier releases, which shared one chain: each is given its own, once.

What acts told stands as it was told; its chain is filled in, and what was left out because another act had told the
same of that day is told now. Where nothing shares a chain any more, nothing is done.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from server.cases.measures import chain_of_act
from server.cases.models import Case, CaseEvent
from server.cases.queries import case_states, flow_of, flow_versions
from server.cases.services import write_case_events
from server.cases.services.entries import append_case_entry
from server.cases.states import CaseChange, CaseState, HeldEvent, merged, moved_anew
from server.common.clock import local_date
from server.field.authority import UNKNOWN
from server.field.effects import CLAIM, SOURCE, claim_only, done_on, tell
from server.field.models import ActionSubject
from server.field.operation import NodeEffect, Status
from server.field.queries import action_states
from server.field.rules import CourtRules, protective_kinds
from server.field.states import ActionState, FieldState

_COUNTED = {"status": Status.APPLIED.value, "node_effect": NodeEffect.APPLIED.value}


def chain_measures() -> int:
    """How many cases it was done for, each in a transaction of its own."""
    cases = list(_shared().order_by("case_id").values_list("case_id", flat=True).distinct())
    for case_id in cases:
        _chain(case_id)
    return len(cases)


def _shared() -> QuerySet[CaseEvent]:
    flows = [(version.pk, flow_of(version).measured) for version in flow_versions()]
    keys = {key for _, nodes in flows for node in nodes for key in node.start}
    rows = CaseEvent.objects.filter(source_type__in=(SOURCE, CLAIM), chain="", voided_at=None, key__in=keys)
    return rows.filter(case__flow__in=[pk for pk, nodes in flows if nodes])


@transaction.atomic
def _chain(case_id: UUID) -> None:
    stood = case_states([case_id], None, lock=True)[case_id]
    named = ActionSubject.objects.filter(subject_id=case_id, action__kind__in=protective_kinds())
    ids = set(named.values_list("action_id", flat=True))
    field = FieldState(CourtRules({}), {case_id: stood}, actions=action_states(ids, facts_of=ids))
    own = {row.pk: row for row in _shared().filter(case_id=case_id)}
    events = tuple(_own(event, field) if event.id in own else event for event in stood.events)
    for event in (each for each in events if each.id in own):
        CaseEvent.objects.filter(pk=event.id).update(chain=event.chain, acted_on=event.acted_on)
    field.cases[case_id] = replace(stood, events=events)
    told = [_told_anew(action, case_id, field) for action in _in_order(field.actions)]
    _write(stood, field.cases[case_id], merged([CaseChange(case_id), *told])[0].events)


def _own(event: HeldEvent, field: FieldState) -> HeldEvent:
    """In a chain of its own, by the day of its act; of what made no act, by the day it came."""
    action = next((each for key, each in field.actions.items() if str(key) == event.source_id), None)
    arrived = local_date(event.received_at) if event.received_at else None
    acted_on = done_on(action, field) if action else arrived
    return event._replace(chain=chain_of_act(event.source_id), acted_on=acted_on)


def _in_order(actions: Mapping[UUID, ActionState]) -> Sequence[ActionState]:
    return sorted(actions.values(), key=lambda action: (action.received_at, action.id))


def _told_anew(action: ActionState, case_id: UUID, field: FieldState) -> CaseChange:
    rows: Any = ActionSubject.objects.filter(action_id=action.id, subject_id=case_id).exclude(code=UNKNOWN)
    return tell(action, case_id, field) if rows.filter(**_COUNTED).exists() else claim_only(action, case_id, field)


def _write(stood: CaseState, told: CaseState, events: tuple[HeldEvent, ...]) -> None:
    """With what the nodes of measures stand as now, and an entry that says so."""
    keys = {node.key for node in stood.flow.measured}
    moved = tuple(node for node in moved_anew(replace(told, nodes=stood.nodes)) if node.key in keys)
    write_case_events([CaseChange(stood.id, events, moved)])
    append_case_entry(Case.objects.get(pk=stood.id), "node_changed", {}, nodes=moved)
