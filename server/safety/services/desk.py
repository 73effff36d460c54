"""What the desk says of alarms and stays: seen, and what was done; over, and why."""

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from server.common.clock import now
from server.common.errors import DomainError
from server.ledger.services import Draft, append
from server.people.models import Officer
from server.safety.access import readable_alarm, readable_presence, require_can_command
from server.safety.live import alarm_view, told
from server.safety.models import Alarm, Order, Presence, SosCall
from server.safety.services.alarms import end_alarm
from server.safety.services.brief import write_briefs
from server.safety.services.holding import hold_officer
from server.safety.services.orders import require_words
from server.safety.services.presence import end_presence
from server.safety.services.watching import raise_if_silent

ACKNOWLEDGED = "alarm_acknowledged"


@transaction.atomic
def acknowledge_alarm(*, alarm_id: UUID, done: str, by: Officer) -> Alarm:
    """Somebody has seen it, and says what is being done. Whoever called is told his name with the next pull.

    Said again it changes nothing but for an alarm that has asked anew. Raises DomainError 404 `alarm_not_found`;
    403 `may_not_command`; 409 `alarm_ended`; 422 `note_required`, `note_too_long`.
    """
    alarm = _held(alarm_id, by)
    require_words(done)
    if alarm.ended_at is not None:
        raise _ended()
    if not alarm.is_waiting:
        return alarm
    alarm.acknowledged_at, alarm.acknowledged_by, alarm.acknowledged_with = now(), by, done.strip()
    alarm.escalates_at = None
    alarm.save()
    seen = {"seen_at": alarm.acknowledged_at, "seen_by": by, "seen_with": alarm.acknowledged_with}
    SosCall.objects.filter(alarm=alarm, seen_at=None).update(**seen)
    _brief(alarm)
    append([_told(alarm, ACKNOWLEDGED, by, alarm.acknowledged_with)])
    return alarm


@transaction.atomic
def acknowledge_silence(*, presence_id: UUID, done: str, by: Officer) -> Alarm:
    """The alarm of a stay whose time has passed, raised here where the beat has not come to it.

    Raises as `acknowledge_alarm`, and 404 `presence_not_found`.
    """
    stay = readable_presence(by, presence_id)
    require_can_command(by, stay.court_id)
    require_words(done)
    raise_if_silent(stay.pk)
    alarm = Alarm.objects.filter(presence=stay, kind=Alarm.Kind.CHECK_IN).order_by("-raised_at").first()
    if alarm is None:
        raise _ended()
    return acknowledge_alarm(alarm_id=alarm.pk, done=done, by=by)


@transaction.atomic
def close_alarm(*, alarm_id: UUID, why: str, by: Officer) -> Alarm:
    """End a call for help once it was acknowledged. An overdue check-in ends with its stay: `close_presence`.

    Raises DomainError 404 `alarm_not_found`; 403 `may_not_command`; 409 `alarm_not_acknowledged`,
    `alarm_ends_otherwise`; 422 `note_required`, `note_too_long`.
    """
    alarm = _held(alarm_id, by)
    require_words(why)
    if alarm.ended_at is not None:
        return alarm
    if alarm.kind != Alarm.Kind.SOS:
        message = _("This alarm ends with what it is about: close the stay on site, or move the order.")
        raise DomainError("alarm_ends_otherwise", 409, message)
    if alarm.is_waiting:
        message = _("Acknowledge it first: say that you have seen it and what is being done.")
        raise DomainError("alarm_not_acknowledged", 409, message)
    draft = end_alarm(alarm, Alarm.End.CLOSED, by=by, why=why.strip())
    _brief(alarm)
    append([draft])
    return alarm


@transaction.atomic
def close_presence(*, presence_id: UUID, why: str, by: Officer) -> Presence:
    """End a stay whose officer is known by other means to be well, or to have left. The alarm ends with it.

    Raises DomainError 404 `presence_not_found`; 403 `may_not_command`; 422 `note_required`, `note_too_long`.
    """
    known = readable_presence(by, presence_id)
    require_can_command(by, known.court_id)
    require_words(why)
    hold_officer(known.officer_id)
    row = Presence.objects.get(pk=known.pk)
    if row.ended_at is None:
        append(end_presence(row, now(), Presence.End.CLOSED, by=by, why=why.strip()))
    return row


def _held(alarm_id: UUID, by: Officer) -> Alarm:
    known = readable_alarm(by, alarm_id)
    require_can_command(by, known.court_id)
    if known.officer_id:
        hold_officer(known.officer_id)
    elif known.order_id:
        Order.objects.select_for_update(of=("self",), no_key=True).get(pk=known.order_id)
    return Alarm.objects.select_related("acknowledged_by").get(pk=known.pk)


def _told(alarm: Alarm, kind: str, by: Officer, said: str) -> Draft:
    return told(alarm.court_id, kind, {"alarm": alarm_view(alarm)}, by=str(by.pk), said=said)


def _brief(alarm: Alarm) -> None:
    if alarm.officer_id:
        write_briefs([alarm.officer_id])


def _ended() -> DomainError:
    return DomainError("alarm_ended", 409, _("This alarm is over. Look again."))
