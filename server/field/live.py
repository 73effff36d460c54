"""What watchers are told of an act: codes, ids, counts. The same object in frames and snapshot."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.models import Q

from server.cases.lateness import is_late_upload
from server.cases.matter_subjects import matters_of
from server.cases.models import Case, SubjectType
from server.common.clock import to_wire
from server.field.authority import UNKNOWN
from server.field.models import ActionSubject, FieldAction
from server.field.operation import NodeEffect, Outcome, SignedOperation, Status, SubjectOutcome, gravest
from server.field.states import ActionState
from server.ledger.services import Draft
from server.people.streams import court_stream


def action_view(
    action: FieldAction, *, status: str, code: str, cases: Iterable[UUID], matters: Iterable[UUID] = ()
) -> dict[str, Any]:
    """Absolute: the whole state of the act, so that applying it twice is harmless. `matters` only where there are."""
    errands = sorted(str(matter) for matter in matters)
    return {
        "id": str(action.pk),
        "court": str(action.court_id),
        "kind": action.kind,
        "officer": str(action.officer_id),
        "status": status,
        "code": code,
        "complete": action.is_complete,
        "missing_count": len(action.missing),
        "files": {"promised": action.files_promised, "verified": action.files_verified},
        "recorded_at": to_wire(action.recorded_at),
        "received_at": to_wire(action.received_at),
        **({"is_late": True} if is_late_upload(action.recorded_at, action.received_at) else {}),
        "cases": sorted(str(case) for case in cases),
        **({"matters": errands} if errands else {}),
    }


def state_view(
    action: ActionState, *, status: str, code: str, cases: Iterable[UUID], matters: Iterable[UUID] = ()
) -> dict[str, Any]:
    """The same of an act in memory, before it is written."""
    row = FieldAction(
        id=action.id,
        court_id=action.court_id,
        kind=action.facts.kind,
        officer_id=action.officer_id,
        is_complete=action.is_complete,
        missing=action.verdict.missing,
        files_promised=action.files_promised,
        files_verified=action.files_verified,
        recorded_at=action.recorded_at,
        received_at=action.received_at,
    )
    return action_view(row, status=status, code=code, cases=cases, matters=matters)


def live_actions(court: UUID) -> list[dict[str, Any]]:
    """The acts in this court's open cases, for matters it is party to, and of its officers for nothing they know."""
    cases, matters = Case.objects.filter(court_id=court), matters_of(court)
    known = ActionSubject.objects.exclude(code=UNKNOWN)
    open_cases = cases.exclude(status=Case.Status.CLOSED).values("pk")
    open_subjects = Q(subject_id__in=open_cases) | Q(subject_id__in=matters.filter(ended_at=None).values("pk"))
    in_open_subjects = Q(pk__in=known.filter(open_subjects).values("action_id"))
    homeless = Q(court_id=court) & ~Q(pk__in=known.values("action_id"))
    actions = FieldAction.objects.filter(in_open_subjects | homeless)
    rows: dict[UUID, list[ActionSubject]] = defaultdict(list)
    ours = Q(subject_id__in=cases.values("pk")) | Q(subject_id__in=matters.values("pk"))
    for row in known.filter(ours, action__in=actions.values("pk")).order_by("pk"):
        rows[row.action_id].append(row)
    return [_live(action, rows[action.pk]) for action in actions.order_by("pk")]


def _live(action: FieldAction, rows: list[ActionSubject]) -> dict[str, Any]:
    """Closed cases are named too: a reader who applied every frame cannot judge the act anew without one of them."""
    outcomes = [_outcome(row) for row in rows] or [SubjectOutcome(Status.PARKED, code=UNKNOWN)]
    worst = gravest(outcomes)
    return action_view(action, status=worst.status.value, code=worst.code, **by_type(outcomes))


def by_type(outcomes: Iterable[SubjectOutcome]) -> dict[str, set[UUID]]:
    """What an act is about, as views take it."""
    named: dict[str, set[UUID]] = {"cases": set(), "matters": set()}
    for each in outcomes:
        if each.subject_id:
            named["matters" if each.subject_type == SubjectType.MATTER else "cases"].add(each.subject_id)
    return named


def _outcome(row: ActionSubject) -> SubjectOutcome:
    return SubjectOutcome(Status(row.status), NodeEffect(row.node_effect), row.code, row.subject_type, row.subject_id)


def parked_draft(operation: SignedOperation, outcome: Outcome, kind: str, **named: UUID | None) -> Draft:
    """Of an answer that waits, to the court whose officer gave it; what it answers only where he may know that."""
    subject = outcome.main_subject
    view = {
        "operation": operation.hash,
        "device": str(operation.reporter.device_id),
        "officer": str(operation.reporter.officer_id),
        "code": outcome.code,
        **{name: str(identity) if subject and identity else None for name, identity in named.items()},
    }
    case_id: UUID | None = subject.subject_id if subject else None
    type_ = subject.subject_type if subject and case_id else ""
    return Draft((court_stream(operation.reporter.court_id),), kind, view, {}, type_, case_id)
