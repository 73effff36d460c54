"""What watchers are told of an act: codes, ids, counts. The same object in frames and snapshot."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from server.common.clock import to_wire
from server.field.models import FieldAction
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
