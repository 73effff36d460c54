"""Reads of safety: what asks for an answer, who is on site, when he was last heard of. For pages, walls, the API."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Case, F, Q, QuerySet, Value, When

from server.common.clock import to_wire
from server.people.models import Device
from server.safety.models import Alarm, Order, Presence, SosCall
from server.safety.timers import watch_at

CALLS_TOLD = 5

_BY_CARE = Case(
    When(kind=Alarm.Kind.SOS, then=Value(0)), When(kind=Alarm.Kind.CHECK_IN, then=Value(1)), default=Value(2)
)
"""People before orders."""


@dataclass(frozen=True, slots=True)
class OnSite:
    """Somebody on site. What his device was heard of says nothing of him: only his own word does."""

    presence: Presence
    device_heard_at: datetime | None
    """The last contact of any device of his, whatever it said."""

    @property
    def is_heard_since_due(self) -> bool:
        """The device has a net and he is silent; without this it may be the net alone."""
        return self.device_heard_at is not None and self.device_heard_at >= self.presence.due_at

    def watch(self, at: datetime) -> Presence.Watch:
        """By the clock: what the beat last wrote is no news where the beat stands still."""
        interval = timedelta(minutes=self.presence.interval_minutes)
        return Presence.Watch(watch_at(self.presence.due_at, interval, at).value)


def standing_alarms(courts: Collection[UUID]) -> list[Alarm]:
    """What asks for an answer in these courts, people first, those nobody has answered before the others, oldest first.

    With officer, device, presence, order, court and who acknowledged. One SELECT.
    """
    return list(ordered(Alarm.objects.filter(court_id__in=courts, ended_at=None)))


def ordered(alarms: QuerySet[Alarm]) -> QuerySet[Alarm]:
    with_all = alarms.select_related("officer", "device", "presence", "order", "order__group", "court")
    is_waiting = Q(acknowledged_at=None) | Q(acknowledged_at__lt=F("asks_since"))
    waiting_first = Case(When(is_waiting, then=Value(0)), default=Value(1))
    return with_all.select_related("acknowledged_by").order_by(_BY_CARE, waiting_first, "raised_at", "pk")


def silent_unalarmed(present: Iterable[Presence], alarms: Iterable[Alarm], at: datetime) -> list[Presence]:
    """Who is past his time with no alarm that says so: the beat comes in a moment, or stands still."""
    named = {alarm.officer_id for alarm in alarms if alarm.kind == Alarm.Kind.CHECK_IN}
    return [each for each in present if each.due_at <= at and each.officer_id not in named]


def on_site_now(courts: Collection[UUID]) -> list[OnSite]:
    """Who is on site in these courts, the longest overdue first. Two SELECTs."""
    return on_site(Presence.objects.filter(court_id__in=courts))


def on_site(presences: QuerySet[Presence]) -> list[OnSite]:
    """Of these, who has not left."""
    rows = list(presences.filter(ended_at=None).select_related("officer", "device", "case", "court").order_by("due_at"))
    heard = last_contact_of({row.officer_id for row in rows})
    return [OnSite(row, heard.get(row.officer_id)) for row in rows]


def last_contact_of(officers: Collection[UUID]) -> dict[UUID, datetime]:
    """By officer, when any device of his was last heard of. A revoked one may be in anybody's hands."""
    known = Q(officer_id__in=list(officers), revoked_at=None, last_contact_at__isnull=False)
    rows = Device.objects.filter(known).values_list("officer_id", "last_contact_at").order_by("last_contact_at")
    return {officer_id: at for officer_id, at in rows if at}


def open_orders(orders: QuerySet[Order]) -> QuerySet[Order]:
    """Those that somebody still has to do something about, the oldest first."""
    rows = orders.filter(state__in=Order.OPEN).select_related("group", "case", "given_by", "court")
    return rows.order_by("given_at", "pk")


def calls_told(officer_id: UUID) -> list[dict[str, Any]]:
    """His last calls as his devices are told of them, the newest first.

    Seen is what somebody at the desk has said of that very call, and nothing else.
    """
    return [_call(row) for row in _calls(officer_id).order_by("-pk")[:CALLS_TOLD]]


def is_watched(brief: Mapping[str, Any]) -> bool:
    """By what his devices are told: on site, calling, or sent somewhere."""
    safety = brief.get("safety", {})
    calls = any("ended_at" not in call for call in safety.get("sos", ()))
    return bool(calls or safety.get("on_site") or brief.get("orders"))


def call_told(officer_id: UUID, named: str) -> dict[str, Any] | None:
    row = _calls(officer_id).filter(named=named[:64]).first()
    return _call(row) if row else None


def _calls(officer_id: UUID) -> QuerySet[SosCall]:
    return SosCall.objects.filter(officer_id=officer_id).select_related("alarm", "seen_by")


def _call(row: SosCall) -> dict[str, Any]:
    said = {"id": row.named, "alarm": str(row.alarm_id), "received_at": to_wire(row.received_at)}
    if row.seen_at and row.seen_by:
        said |= {"seen_at": to_wire(row.seen_at), "seen_by": row.seen_by.name, "said": row.seen_with}
    if row.withdrawn_at:
        said["withdrawn_at"] = to_wire(row.withdrawn_at)
    return {**said, **({"ended_at": to_wire(row.alarm.ended_at)} if row.alarm.ended_at else {})}
