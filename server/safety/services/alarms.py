"""Alarms: raised once, answered by somebody with a name, ended with a reason. The caller holds what they are about."""

from datetime import datetime, timedelta

from server.common.clock import now
from server.ledger.services import Draft
from server.people.models import Officer
from server.safety.live import alarm_view, told
from server.safety.models import Alarm

RAISED, ESCALATED, ENDED = "alarm_raised", "alarm_escalated", "alarm_ended"
"""Kinds of entries; a call for help is `sos_raised`."""


def raise_alarm(alarm: Alarm, *, kind: str = RAISED, escalates_after: timedelta | None = None) -> Draft:
    at = now()
    alarm.raised_at = alarm.asks_since = at
    alarm.escalates_at = at + escalates_after if escalates_after else None
    alarm.save(force_insert=True)
    return told(alarm.court_id, kind, {"alarm": alarm_view(alarm)})


def escalate(alarm: Alarm, at: datetime) -> Draft:
    alarm.escalated_at, alarm.escalates_at = at, None
    alarm.save(update_fields=["escalated_at", "escalates_at"])
    return told(alarm.court_id, ESCALATED, {"alarm": alarm_view(alarm)})


def end_alarm(alarm: Alarm, how: Alarm.End, *, by: Officer | None = None, why: str = "") -> Draft:
    alarm.ended_at, alarm.ended_how, alarm.ended_by, alarm.ended_why = now(), how, by, why
    alarm.escalates_at = None
    alarm.save()
    return told(alarm.court_id, ENDED, {"alarm": alarm_view(alarm)}, why=why, by=str(by.pk) if by else None)
