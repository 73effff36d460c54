"""What watchers are told of safety: codes, ids, moments, places; no names, no words. Absolute, like all frames."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from server.common.clock import to_wire
from server.ledger.services import Draft
from server.people.streams import court_stream
from server.safety.models import Alarm, Campaign, Order, Presence


def presence_view(row: Presence) -> dict[str, Any]:
    return {
        "id": str(row.pk),
        "officer": str(row.officer_id),
        "device": str(row.device_id),
        "case": _text(row.case_id),
        "watch": row.watch,
        "interval_minutes": row.interval_minutes,
        "began_at": to_wire(row.began_at),
        "last_said_at": to_wire(row.last_said_at),
        "last_heard_at": to_wire(row.last_heard_at),
        "due_at": to_wire(row.due_at),
        "position": row.position,
        **_moments(ended_at=row.ended_at),
        **({"ended_how": row.ended_how} if row.ended_how else {}),
    }


def alarm_view(row: Alarm) -> dict[str, Any]:
    ids = {"officer": row.officer_id, "device": row.device_id, "presence": row.presence_id, "order": row.order_id}
    return {
        "id": str(row.pk),
        "kind": row.kind,
        **{name: str(pk) for name, pk in ids.items() if pk},
        "raised_at": to_wire(row.raised_at),
        "is_waiting": row.is_waiting,
        "position": row.position,
        **({"is_of_revoked": True} if row.is_of_revoked else {}),
        **_moments(
            due_at=row.due_at,
            escalated_at=row.escalated_at,
            acknowledged_at=row.acknowledged_at,
            withdrawn_at=row.withdrawn_at,
            ended_at=row.ended_at,
        ),
        **({"acknowledged_by": str(row.acknowledged_by_id)} if row.acknowledged_by_id else {}),
        **({"ended_how": row.ended_how} if row.ended_how else {}),
    }


def order_view(row: Order) -> dict[str, Any]:
    return {
        "id": str(row.pk),
        "state": row.state,
        "group": str(row.group_id),
        "case": _text(row.case_id),
        "given_at": to_wire(row.given_at),
        "answer_due_at": to_wire(row.answer_due_at),
        "moved_at": to_wire(row.moved_at),
    }


def live_safety(court: UUID) -> dict[str, list[dict[str, Any]]]:
    """What stands in a court, as frames tell of it: `alarms`, `presences`, `orders`. Three SELECTs."""
    alarms = Alarm.objects.filter(court_id=court, ended_at=None).order_by("pk")
    there = Presence.objects.filter(court_id=court, ended_at=None).order_by("pk")
    orders = Order.objects.filter(court_id=court, state__in=Order.OPEN).order_by("pk")
    return {
        "alarms": [alarm_view(row) for row in alarms],
        "presences": [presence_view(row) for row in there],
        "orders": [order_view(row) for row in orders],
    }


def campaign_view(row: Campaign) -> dict[str, Any]:
    spans = {"begins_at": to_wire(row.begins_at), "ends_at": to_wire(row.ends_at)}
    return {"id": str(row.pk), "commander": str(row.commander_id), **spans, **_moments(closed_at=row.closed_at)}


def told(court_id: UUID, kind: str, view: Mapping[str, Any], **facts: Any) -> Draft:
    """To the court's own stream; people's words stay in the private part."""
    return Draft((court_stream(court_id),), kind, view, facts)


def _text(pk: Any) -> str | None:
    return str(pk) if pk else None


def _moments(**moments: datetime | None) -> dict[str, str]:
    return {name: to_wire(moment) for name, moment in moments.items() if moment}
