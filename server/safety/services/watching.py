"""The passes of the beat: silence, calls nobody answers, orders nobody answers. Each told once, in one transaction with
the state it is told of: a pass that a crash cut off leaves what the next one finds."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from server.common.clock import now
from server.ledger.services import Draft, append
from server.safety.circle import watchers_of
from server.safety.live import presence_view, told
from server.safety.models import Alarm, Order, Presence
from server.safety.queries import last_contact_of
from server.safety.services.alarms import escalate, raise_alarm
from server.safety.services.holding import hold_officer, standing_alarm
from server.safety.services.telling import tell_of, wall
from server.safety.timers import Watch, next_turn, watch_at

logger = logging.getLogger(__name__)
AT_ONCE = 500
ENTRIES = {
    Watch.DUE_SOON: "check_in_due",
    Watch.OVERDUE: "check_in_overdue",
    Watch.ESCALATED: "check_in_escalated",
}


def watch_safety() -> int:
    """Everything whose moment has come; how many were told of. Any number of passes may run at once."""
    at = now()
    turning = Presence.objects.filter(ended_at=None, next_turn_at__lte=at).order_by("next_turn_at")
    rising = Alarm.objects.filter(ended_at=None, escalates_at__lte=at).order_by("escalates_at")
    unanswered = Order.objects.filter(state__in=(Order.State.GIVEN, Order.State.DECLINED)).filter(
        Q(answer_due_at__lte=at) | Q(state=Order.State.DECLINED)
    )
    silent = unanswered.exclude(alarms__ended_at=None, alarms__isnull=False).order_by("pk")
    passes: tuple[tuple[Callable[[UUID], bool], list[UUID]], ...] = (
        (_turn, list(turning.values_list("pk", flat=True)[:AT_ONCE])),
        (_rise, list(rising.values_list("pk", flat=True)[:AT_ONCE])),
        (_ask_for, list(silent.values_list("pk", flat=True)[:AT_ONCE])),
    )
    return sum(_alone(look, pk) for look, ids in passes for pk in ids)


def raise_if_silent(presence_id: UUID) -> None:
    """What the beat would do of this stay now: nothing where it has done so, or his time has not come."""
    _turn(presence_id)


def _alone(look: Callable[[UUID], bool], pk: UUID) -> bool:
    """One at fault is named in the log, and the others go on without it."""
    try:
        return look(pk)
    except Exception:
        logger.exception("%s failed for %s", look.__name__, pk)
        return False


@transaction.atomic
def _turn(presence_id: UUID) -> bool:
    known = Presence.objects.get(pk=presence_id)
    officer = hold_officer(known.officer_id)
    row = Presence.objects.select_related("officer").get(pk=presence_id)
    at = now()  # after the wait: another pass, or he himself, may have been at it
    if row.ended_at is not None or row.next_turn_at is None or row.next_turn_at > at:
        return False
    interval = timedelta(minutes=row.interval_minutes)
    watch = watch_at(row.due_at, interval, at)
    row.watch, row.next_turn_at = watch.value, next_turn(row.due_at, interval, at)
    row.save(update_fields=["watch", "next_turn_at"])
    drafts = _alarmed(row, watch, at) if watch.is_silent else []
    row.officer = officer
    entry = ENTRIES.get(watch)
    append([*([told(row.court_id, entry, {"presence": presence_view(row)})] if entry else []), *drafts])
    return entry is not None


def _alarmed(row: Presence, watch: Watch, at: datetime) -> list[Draft]:
    alarm, drafts = standing_alarm(row.officer_id, Alarm.Kind.CHECK_IN), list[Draft]()
    if alarm is None:
        alarm = Alarm(
            court_id=row.court_id,
            kind=Alarm.Kind.CHECK_IN,
            officer=row.officer,
            device_id=row.device_id,
            presence=row,
            due_at=row.due_at,
            position=row.position,
        )
        drafts.append(raise_alarm(alarm))
        _tell(alarm, row, "raised", leaders=False)
    if watch is Watch.ESCALATED and alarm.escalated_at is None:
        drafts.append(escalate(alarm, at))
        _tell(alarm, row, "escalated", leaders=True)
    return drafts


def _tell(alarm: Alarm, row: Presence, step: str, *, leaders: bool) -> None:
    """Whether his device was heard of since is said, and what that means is left to the reader."""
    heard = last_contact_of([row.officer_id]).get(row.officer_id)
    text = _("Check-in overdue: %(name)s, due %(due)s, last word %(said)s, device last heard of %(heard)s")
    words = {"name": row.officer.name, "due": wall(row.due_at), "said": wall(row.last_said_at)}
    to = watchers_of(row.court_id, row.officer_id, leaders=leaders)
    tell_of(alarm, step, text, {**words, "heard": wall(heard) if heard else "—"}, to)


@transaction.atomic
def _rise(alarm_id: UUID) -> bool:
    """A call for help that nobody has answered."""
    known = Alarm.objects.get(pk=alarm_id)
    assert known.officer_id
    officer = hold_officer(known.officer_id)
    alarm, at = Alarm.objects.get(pk=alarm_id), now()
    if not alarm.is_waiting or alarm.escalates_at is None or alarm.escalates_at > at:
        return False
    draft = escalate(alarm, at)
    text = _("Nobody has acknowledged the SOS of %(name)s since %(time)s")
    words = {"name": officer.name, "time": wall(alarm.asks_since)}
    step = f"escalated:{alarm.asks_since.isoformat()}"  # answered and asked anew, it may come to that again
    tell_of(alarm, step, text, words, watchers_of(alarm.court_id, officer.pk, leaders=True))
    append([draft])
    return True


@transaction.atomic
def _ask_for(order_id: UUID) -> bool:
    """An order that its group has declined, or not answered in time."""
    row = Order.objects.select_for_update(of=("self",), no_key=True).select_related("group").get(pk=order_id)
    is_due = row.state == Order.State.DECLINED or (row.state == Order.State.GIVEN and row.answer_due_at <= now())
    if not is_due or Alarm.objects.filter(order=row, ended_at=None).exists():
        return False
    alarm = Alarm(court_id=row.court_id, kind=Alarm.Kind.ORDER, order=row, due_at=row.answer_due_at)
    draft = raise_alarm(alarm)
    text = _("Order without an answer: %(group)s, %(place)s")
    if row.state == Order.State.DECLINED:
        text = _("Order declined: %(group)s, %(place)s")
    to = {row.given_by_id, *watchers_of(row.court_id, None, leaders=False)}
    tell_of(alarm, "raised", text, {"group": row.group.name, "place": row.place}, sorted(to))
    append([draft])
    return True
