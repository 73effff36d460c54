"""What watchers are told of an act: codes, ids, counts. The same object in frames and snapshot."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.models import Q

from server.cases.models import Case
from server.common.clock import to_wire
from server.field.models import ActionSubject, FieldAction
from server.field.operation import NodeEffect, Status, SubjectOutcome, gravest
from server.field.states import ActionState


def action_view(action: FieldAction, *, status: str, code: str, cases: Iterable[UUID]) -> dict[str, Any]:
    """Absolute: the whole state of the act, so that applying it twice is harmless."""
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
        "cases": sorted(str(case) for case in cases),
    }


def state_view(action: ActionState, *, status: str, code: str, cases: Iterable[UUID]) -> dict[str, Any]:
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
    return action_view(row, status=status, code=code, cases=cases)


def live_actions(court: UUID) -> list[dict[str, Any]]:
    """The acts in this court's open cases, and those of its own officers for no case it knows."""
    open_cases = set(
        Case.objects.filter(court_id=court).exclude(status=Case.Status.CLOSED).values_list("pk", flat=True)
    )
    rows: dict[UUID, list[ActionSubject]] = defaultdict(list)
    concerned = Q(subject_id__in=open_cases) | Q(action__court_id=court, code="subject_unknown")
    for row in ActionSubject.objects.filter(concerned).select_related("action").order_by("pk"):
        rows[row.action_id].append(row)
    return [_live(rows[action_id], open_cases) for action_id in sorted(rows)]


def _live(rows: list[ActionSubject], open_cases: set[UUID]) -> dict[str, Any]:
    known = [row for row in rows if row.subject_id in open_cases] or rows
    worst = gravest(
        SubjectOutcome(Status(row.status), NodeEffect(row.node_effect), row.code, "case", row.subject_id)
        for row in known
    )
    cases = {row.subject_id for row in known if row.subject_id in open_cases}
    return action_view(rows[0].action, status=worst.status.value, code=worst.code, cases=cases)


def _outcome(row: ActionSubject) -> SubjectOutcome:
    return SubjectOutcome(Status(row.status), NodeEffect(row.node_effect), row.code, "case", row.subject_id)
