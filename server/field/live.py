"""What watchers are told of an act: codes, ids, counts. The same object in frames and snapshot."""

from typing import Any
from uuid import UUID

from server.common.clock import to_wire
from server.field.models import FieldAction


def action_view(action: FieldAction, *, status: str, code: str, cases: list[UUID]) -> dict[str, Any]:
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
