"""What watchers are told of a delegation: codes, ids and dates, no words; of the other court's case not even the id."""

from typing import Any

from server.delegation.models import CaseDelegation


def delegation_view(delegation: CaseDelegation) -> dict[str, Any]:
    return {
        "id": str(delegation.pk),
        "number": delegation.number,
        "from": str(delegation.from_court_id),
        "to": str(delegation.to_court_id),
        "state": str(delegation.state),
        "due_clock": delegation.due_clock or None,
        "due_on": delegation.due_on.isoformat() if delegation.due_on else None,
    }
