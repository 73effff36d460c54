"""What watchers are told of a matter: codes, ids and dates, no words, and nothing of the case it is asked for."""

from typing import Any
from uuid import UUID

from django.db.models import Q

from server.matters.models import Matter, MatterUrge
from server.matters.states import TERMINAL, State, waits_for


def matter_view(matter: Matter) -> dict[str, Any]:
    return {
        "id": str(matter.pk),
        "number": matter.number,
        "kind": matter.kind,
        "from": str(matter.from_court_id),
        "to": str(matter.to_court_id),
        "state": str(matter.state),
        "waits_for": waits_for(State(matter.state)),
        "is_urgent": matter.is_urgent,
        "handler": str(matter.handler_id) if matter.handler_id else None,
        "due_clock": matter.due_clock or None,
        "due_on": matter.due_on.isoformat() if matter.due_on else None,
        "level": str(matter.level),
        "urged": matter.urged,
        "is_supervised": matter.is_supervised,
    }


def urge_view(urge: MatterUrge) -> dict[str, Any]:
    return {
        "id": str(urge.pk),
        "court": str(urge.court_id),
        "clock": urge.clock,
        "due_on": urge.due_on.isoformat(),
        "is_automatic": urge.by_id is None,
        "is_supervision": urge.is_supervision,
    }


def live_matters(court: UUID) -> list[dict[str, Any]]:
    """Those that have not ended: what this court asks, its drafts among them, and what was sent to it."""
    ours = Q(from_court_id=court) | Q(to_court_id=court, sent_at__isnull=False)
    rows = Matter.objects.filter(ours).exclude(state__in=[each.value for each in TERMINAL])
    return [matter_view(row) for row in rows.order_by("pk")]
