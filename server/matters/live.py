"""What watchers are told of a matter: codes, ids and dates, no words, and nothing of the case it is asked for."""

from typing import Any

from server.matters.models import Matter


def matter_view(matter: Matter) -> dict[str, Any]:
    return {
        "id": str(matter.pk),
        "number": matter.number,
        "kind": matter.kind,
        "from": str(matter.from_court_id),
        "to": str(matter.to_court_id),
        "state": str(matter.state),
        "is_urgent": matter.is_urgent,
        "handler": str(matter.handler_id) if matter.handler_id else None,
        "due_clock": matter.due_clock or None,
        "due_on": matter.due_on.isoformat() if matter.due_on else None,
    }
