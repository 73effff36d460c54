"""What an officer's devices are told, written in the transaction of whatever changes it. Content of rows alone."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from server.common.clock import now, to_wire
from server.people.access import current_at
from server.people.models import GroupMember
from server.safety.models import FieldBrief, Order, Presence
from server.safety.queries import calls_told
from server.safety.services.holding import hold_officers

_TOLD = (Order.State.GIVEN, Order.State.ACCEPTED, Order.State.ARRIVED)


def write_briefs(officers: Iterable[UUID]) -> None:
    held = hold_officers(officers)
    for officer_id in held:
        content, kept = _content(officer_id), FieldBrief.objects.filter(officer_id=officer_id)
        if not kept.update(content=content) and content:
            FieldBrief.objects.create(officer_id=officer_id, content=content)


def members_now(group_id: UUID) -> list[UUID]:
    members = GroupMember.objects.filter(current_at(now()), group_id=group_id)
    return list(members.order_by("pk").values_list("officer_id", flat=True))


def _content(officer_id: UUID) -> dict[str, Any]:
    standing = Presence.objects.filter(officer_id=officer_id, ended_at=None).first()
    calls = calls_told(officer_id)
    safety = {**({"on_site": _on_site(standing)} if standing else {}), **({"sos": calls} if calls else {})}
    orders = [_order(row) for row in _orders(officer_id)]
    return {**({"safety": safety} if safety else {}), **({"orders": orders} if orders else {})}


def _on_site(row: Presence) -> dict[str, Any]:
    moments = {"began_at": to_wire(row.began_at), "last_said_at": to_wire(row.last_said_at)}
    return {"id": str(row.pk), "interval_minutes": row.interval_minutes, "due_at": to_wire(row.due_at), **moments}


def _orders(officer_id: UUID) -> QuerySet[Order]:
    groups = GroupMember.objects.filter(current_at(now()), officer_id=officer_id).values("group_id")
    rows = Order.objects.filter(group_id__in=groups, state__in=_TOLD).select_related("case", "given_by")
    return rows.order_by("pk")


def _order(row: Order) -> dict[str, Any]:
    about = {"case": str(row.case_id), "case_no": row.case.case_no} if row.case else {}
    moments = {"given_at": to_wire(row.given_at), "answer_due_at": to_wire(row.answer_due_at)}
    return {
        "id": str(row.pk),
        "text": row.text,
        "place": row.place,
        "state": row.state,
        "source": row.source,
        "by": row.given_by.name,
        **moments,
        **about,
    }
