"""Reads of acts: the state decisions need, one SELECT per table whatever the batch, and what cases show of them."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType
from typing import Any
from uuid import UUID

from django.db.models import Case, DateTimeField, F, JSONField, Max, OuterRef, Q, Subquery, TextField, When

from server.cases.matter_subjects import matter_states
from server.cases.queries import case_ids_by_no, case_states, hold_cases
from server.cases.states import CaseState
from server.common.clock import to_wire
from server.common.statements import Given, GivenMany, Statement
from server.evidence.models import Promise
from server.field.authority import UNKNOWN
from server.field.case_acts import COMPLETE_NODE, case_act_kinds, node_named, said_in
from server.field.decide import action_id_of, case_no_of, case_uuid_of, facts_of, is_matter
from server.field.effects import SOURCE
from server.field.joining import counted as said_for_act
from server.field.joining import is_contribution, joined
from server.field.models import ActionRecord, ActionSubject, FieldAction
from server.field.operation import NodeEffect, SignedOperation, Status, SubjectOutcome, TimeBounds
from server.field.rules import CourtRules, events_told_by
from server.field.states import ActionState, Corrected, Facts, FieldState, Verdict

_NOTHING: Mapping[str, UUID] = MappingProxyType({})
_FOUNDING = (ActionSubject.Status.APPLIED, ActionSubject.Status.SUPERSEDED)
ACTIONS_HELD = Statement(
    lambda: FieldAction.objects.filter(pk__in=GivenMany("ids")).select_for_update(no_key=True).order_by("pk")
)
_SUBJECTS = Statement(lambda: ActionSubject.objects.filter(action_id__in=GivenMany("action_ids")).order_by("pk"))
_RECORDS = Statement(lambda: ActionRecord.objects.filter(action_id__in=GivenMany("action_ids")).order_by("pk"))
_FILES = Statement(
    lambda: (
        # The device first: the index begins with it.
        Promise.objects.filter(device_id__in=GivenMany("devices"), operation_hash__in=GivenMany("operations", "text"))
        .order_by("pk")
        .values_list("operation_hash", "evidence_id", "shot_code", "origin")
    )
)
_DELIVERED = Statement(
    lambda: Promise.objects.filter(
        device_id=Given("device_id"), sha256__in=GivenMany("hashes", "text"), state=Promise.State.VERIFIED
    ).values_list("sha256", flat=True)
)
_CORRECTED = Statement(
    lambda: ActionRecord.objects.filter(operation_hash__in=GivenMany("hashes", "text")).values_list(
        "operation_hash", "officer_id", "action_id"
    )
)


def _words() -> Case:
    """What an act on the file of a case says; acts on site say too much for a list."""
    return Case(When(action__kind__in=sorted(case_act_kinds()), then="record__fields"), output_field=JSONField())


def _helper() -> Case:
    """Who contributed the record (R116), where it is another than the act's officer."""
    is_helped = ~Q(record__officer=F("action__officer")) & Q(record__fields__contributes_to__officer__isnull=False)
    return Case(When(is_helped, then="record__officer__name"), output_field=TextField(null=True))


def proved_at() -> Case:
    """When the last file of an act was verified, where all are."""
    kept = Promise.objects.filter(holder_id=OuterRef("action_id")).order_by().values("holder_id")
    last = Subquery(kept.annotate(last=Max("verified_at")).values("last"))
    all_here = When(action__files_promised__gt=0, action__files_promised=F("action__files_verified"), then=last)
    return Case(all_here, output_field=DateTimeField(null=True))


_SHOWN = ("kind", "recorded_at", "received_at", "is_complete", "missing")
_SUMMARISED = Statement(
    lambda: (
        ActionSubject.objects.filter(subject_id__in=GivenMany("case_ids"))
        .exclude(code=UNKNOWN)
        .annotate(helper=_helper())
        .order_by("action__received_at", "action_id", F("helper").asc(nulls_first=True), "pk")
        .values_list(
            *("subject_id", "action_id", "status", "helper", "record__recorded_at"),
            _words(),
            proved_at(),
            *(f"action__{name}" for name in _SHOWN),
            "action__officer__name",
        )
    )
)


def field_state(
    operations: Sequence[SignedOperation], *, is_second: bool = False, pointed: Mapping[str, UUID] = _NOTHING
) -> FieldState:
    """What one device's batch is judged on. Locks its cases, then its actions, each in the order of their ids.

    `is_second`: they were judged before; what they gave their actions then is left out. `pointed`: cases that a person
    says are meant by numbers as they were typed.
    """
    reporter = operations[0].reporter
    subjects = [subject for operation in operations for subject in operation.subjects]
    numbers = {number for subject in subjects if (number := case_no_of(subject))}
    case_ids = case_ids_by_no(numbers) if numbers else {}
    claimed = {claim for each in subjects if not is_matter(each) and (claim := case_uuid_of(each))}
    errands = {claim for each in subjects if is_matter(each) and (claim := case_uuid_of(each))}
    wanted = claimed | set(case_ids.values()) | set(pointed.values())
    told = events_told_by({operation.kind for operation in operations})
    named = {subject["node_id"] for subject in subjects if subject.get("node_id")}
    cases = case_states(wanted, reporter.officer_id, lock=True, told=told, named=named) if wanted else {}
    cases |= matter_states(errands, reporter.officer_id, lock=True)
    doing = _doings(cases, named | _completed(operations, cases))
    own = {action_id_of(operation) for operation in operations}
    apart = {operation.hash for operation in operations} if is_second else set()
    actions = action_states(own | doing, facts_of=own, apart_from=apart)
    return FieldState(
        rules=CourtRules(reporter.kind_rules),
        cases=cases,
        case_ids=case_ids,
        pointed=pointed,
        actions={key: action for key, action in actions.items() if key in own},
        verified=_delivered(operations),
        doers={str(key): action.officer_id for key, action in actions.items() if key in doing},
        corrected=_corrected(operations),
    )


def action_states(
    ids: Collection[UUID], *, facts_of: Collection[UUID], apart_from: Collection[str] = ()
) -> dict[UUID, ActionState]:
    """Actions there are, held to the end of the transaction; those in `facts_of` with what their records say.

    Records of the operations in `apart_from` are left out, and the files they promised.
    """
    states = {row.pk: without_facts(row) for row in ACTIONS_HELD.rows(ids=ids)}
    known = states.keys() & set(facts_of)
    if not known:
        return states
    return {**states, **with_facts({key: states[key] for key in known}, apart_from)}


def without_facts(row: FieldAction) -> ActionState:
    return ActionState(
        id=row.pk,
        court_id=row.court_id,
        officer_id=row.officer_id,
        facts=Facts(row.kind, {}),
        recorded_at=row.recorded_at,
        received_at=row.received_at,
        bounds=TimeBounds(None, row.received_at, "unbounded"),
        verdict=Verdict(tuple(row.missing), tuple(row.warnings)),
        files_promised=row.files_promised,
        files_verified=row.files_verified,
    )


def with_facts(states: dict[UUID, ActionState], apart_from: Collection[str] = ()) -> dict[UUID, ActionState]:
    """The same, with what their records say; but for those of the operations in `apart_from`."""
    subjects: dict[UUID, list[ActionSubject]] = defaultdict(list)
    for subject in _SUBJECTS.rows(action_ids=states):
        subjects[subject.action_id].append(subject)
    records: dict[UUID, list[ActionRecord]] = defaultdict(list)
    for record in _RECORDS.rows(action_ids=states):
        if record.operation_hash not in apart_from:
            records[record.action_id].append(record)
    evidence = _evidence_of([record for rows in records.values() for record in rows])
    if apart_from:
        states = _without_files(states, apart_from)
    return {key: founded(state, subjects[key], records[key], evidence) for key, state in states.items()}


def _without_files(states: dict[UUID, ActionState], operations: Collection[str]) -> dict[UUID, ActionState]:
    promises = Promise.objects.filter(holder_id__in=list(states), operation_hash__in=list(operations))
    for holder, standing in promises.values_list("holder_id", "state"):
        if holder:
            state = states[holder]
            verified = state.files_verified - (standing == Promise.State.VERIFIED)
            states[holder] = replace(state, files_promised=state.files_promised - 1, files_verified=verified)
    return states


def founded(
    state: ActionState,
    subjects: Sequence[ActionSubject],
    records: Sequence[ActionRecord],
    evidence: dict[str, list[dict[str, Any]]],
) -> ActionState:
    ids = frozenset(subject.subject_id for subject in subjects)
    waiting = [s for s in subjects if (s.status, s.node_effect) == ("applied", "withheld")]
    withheld = tuple((subject.pk, subject.subject_id) for subject in waiting)
    state = replace(state, told=tuple((row.pk, told_outcome(row)) for row in subjects if row.code != UNKNOWN))
    if not records:  # all of it was said by the record now judged again
        return replace(state, subject_ids=ids, withheld=withheld)
    founding = {subject.record_id for subject in subjects if subject.status in _FOUNDING}
    counted = [record for record in records if record.pk in founding] or list(records)
    counted.sort(key=lambda record: is_contribution(record.fields))
    fields: dict[str, Any] = {}
    for record in counted:
        fields = joined(fields, said_for_act(record.fields))
    files = tuple(item for record in counted for item in evidence.get(record.operation_hash, ()))
    first = counted[0]
    return replace(
        state,
        facts=Facts(state.facts.kind, fields, files, next((r.position for r in counted if r.position), None)),
        bounds=TimeBounds(first.earliest_at, first.latest_at or state.received_at, first.clock_verdict),
        subject_ids=ids,
        withheld=withheld,
        is_founded=any(record.pk in founding for record in records),
        is_owned=not all(is_contribution(record.fields) for record in records),
    )


def told_outcome(row: ActionSubject) -> SubjectOutcome:
    return SubjectOutcome(Status(row.status), NodeEffect(row.node_effect), row.code, row.subject_type, row.subject_id)


def _evidence_of(records: Sequence[ActionRecord]) -> dict[str, list[dict[str, Any]]]:
    """Files as completeness sees them, by operation."""
    files: dict[str, list[dict[str, Any]]] = defaultdict(list)
    places = {"devices": {r.device_id for r in records}, "operations": [r.operation_hash for r in records]}
    for operation_hash, *members in _FILES.rows(**places):
        files[operation_hash].append(dict(zip(("id", "shot_code", "origin"), members, strict=True)))
    return files


def hold_named_cases(operations: Sequence[SignedOperation]) -> None:
    """All cases these name by id, locked in the one order, before several loads lock some each."""
    claimed = {claim for operation in operations for each in operation.subjects if (claim := case_uuid_of(each))}
    hold_cases(claimed)


def _completed(operations: Sequence[SignedOperation], cases: dict[UUID, CaseState]) -> set[str]:
    """Nodes that are named by their keys."""
    saying = [facts_of(operation) for operation in operations if operation.kind == COMPLETE_NODE]
    named = (node_named(facts, case) for facts in saying for case in cases.values())
    return {str(node.id) for node in named if node}


def _doings(cases: dict[UUID, CaseState], node_ids: set[str]) -> set[UUID]:
    """Actions that finished a node which somebody names."""
    finished = {
        node.stop_event_id
        for case in cases.values()
        for node in case.nodes.values()
        if node_ids and node.stop_event_id and str(node.id) in node_ids
    }
    events = (event for case in cases.values() for event in case.events) if finished else ()
    return {UUID(e.source_id) for e in events if e.id in finished and e.source_type == SOURCE}


def _corrected(operations: Sequence[SignedOperation]) -> dict[str, Corrected]:
    hashes = {corrects for operation in operations if (corrects := operation.body.get("corrects"))}
    rows = _CORRECTED.rows(hashes=hashes) if hashes else []
    return {hash_: Corrected(officer_id, action_id) for hash_, officer_id, action_id in rows}


def _delivered(operations: Sequence[SignedOperation]) -> frozenset[str]:
    hashes = {item["sha256"] for operation in operations for item in operation.evidence}
    if not hashes:
        return frozenset()
    return frozenset(_DELIVERED.rows(device_id=operations[0].reporter.device_id, hashes=hashes))


def action_summaries(case_ids: Collection[UUID]) -> dict[UUID, list[dict[str, Any]]]:
    """By case, the acts a device shows with it, oldest first. One SELECT.

    Acts of officers to whom the case was never known are no part of it until a person says so. What others contributed
    to an act is listed with it, and does not say what became of it where its own officer's record is there.
    """
    summaries: dict[UUID, dict[UUID, dict[str, Any]]] = defaultdict(dict)
    for case_id, action_id, status, helper, at, words, proved_at, *shown in _SUMMARISED.rows(case_ids=case_ids):
        acts = summaries[case_id]
        if action_id not in acts:
            proved = {"verified_at": to_wire(proved_at)} if proved_at else {}
            acts[action_id] = {**_summary(action_id, status, *shown), **proved, **said_in(words)}
        if helper:
            contributed = {"officer": helper, "recorded_at": to_wire(at), "status": status}
            acts[action_id].setdefault("contributions", []).append(contributed)
    return {case_id: list(actions.values()) for case_id, actions in summaries.items()}


def _summary(
    action_id: UUID,
    status: str,
    kind: str,
    recorded_at: datetime,
    received_at: datetime,
    is_complete: bool,
    missing: list[str],
    officer: str,
) -> dict[str, Any]:
    return {
        "id": str(action_id),
        "kind": kind,
        "recorded_at": to_wire(recorded_at),
        "received_at": to_wire(received_at),
        "officer": officer,
        "status": status,
        "complete": is_complete,
        "missing": missing,
    }
