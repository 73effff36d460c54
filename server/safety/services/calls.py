"""Calls for help as they arrive: by the way of their own or with the log; once, whatever stands against the sender."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from server.common.clock import to_wire
from server.ledger.services import Draft
from server.people.models import Officer
from server.safety.circle import watchers_of
from server.safety.live import alarm_view, told
from server.safety.models import Alarm, SosCall
from server.safety.said import SOS, Said
from server.safety.services.alarms import raise_alarm
from server.safety.services.brief import write_briefs
from server.safety.services.holding import hold_officer, standing_alarm
from server.safety.services.telling import tell_of, wall
from server.safety.timers import SOS_ESCALATES_AFTER

CALLED, CALLED_AGAIN, WITHDRAWN = "sos_raised", "sos_called_again", "sos_withdrawn"
"""Kinds of entries."""
MOST_OF_REVOKED = 50
"""Calls of revoked devices that one alarm takes: whoever has found one fills no ledger, and the alarm stands."""


@dataclass(frozen=True, slots=True)
class Call:
    """A call, or the word that takes one back, as its device states it."""

    device_id: UUID
    court_id: UUID
    officer_id: UUID
    named: str
    said_at: datetime
    received_at: datetime
    words: str
    position: Any
    is_of_revoked: bool = False


def call_of(said: Said, *, is_of_revoked: bool = False) -> Call:
    reporter, is_call = said.operation.reporter, said.operation.kind == SOS
    return Call(
        device_id=reporter.device_id,
        court_id=reporter.court_id,
        officer_id=reporter.officer_id,
        named=(said.named if is_call else said.words("sos"))[:64],
        said_at=said.said_at,
        received_at=said.operation.received_at,
        words=said.words("words" if is_call else "reason"),
        position=said.position,
        is_of_revoked=is_of_revoked,
    )


def write_call(call: Call) -> list[Draft]:
    """Inside the caller's transaction, which appends what is given back. Told again, nothing is done again."""
    officer = hold_officer(call.officer_id)
    if SosCall.objects.filter(officer=officer, named=call.named).exists():
        return []
    standing = standing_alarm(officer.pk, Alarm.Kind.SOS)
    if standing and call.is_of_revoked and _revoked_calls(standing) >= MOST_OF_REVOKED:
        return []
    drafts = _called_again(standing, call, officer) if standing else _raised(call, officer)
    write_briefs([officer.pk])
    return drafts


def _raised(call: Call, officer: Officer) -> list[Draft]:
    alarm = Alarm(
        court_id=call.court_id,
        kind=Alarm.Kind.SOS,
        officer=officer,
        device_id=call.device_id,
        position=call.position,
        is_of_revoked=call.is_of_revoked,
    )
    draft = raise_alarm(alarm, kind=CALLED, escalates_after=SOS_ESCALATES_AFTER)
    _keep(alarm, call)
    text = _("SOS from %(name)s at %(time)s") if not call.is_of_revoked else _revoked_text()
    _tell(alarm, "raised", text, officer, call)
    return [draft]


def _revoked_text() -> Any:
    return _("SOS at %(time)s from a revoked device of %(name)s: he himself, or whoever has it")


def _revoked_calls(alarm: Alarm) -> int:
    return alarm.calls.filter(device__revoked_at__isnull=False).count()


def _called_again(alarm: Alarm, call: Call, officer: Officer) -> list[Draft]:
    """It asks for an answer anew; where he is now counts, unless only a revoked device says so.

    While nobody has answered, calling again puts off nothing that was to come; once somebody had, all are told again.
    """
    had_answer = not alarm.is_waiting
    if alarm.is_of_revoked or not call.is_of_revoked:
        alarm.position = call.position or alarm.position
    alarm.is_of_revoked = alarm.is_of_revoked and call.is_of_revoked
    alarm.asks_since = call.received_at
    if had_answer:
        alarm.escalated_at, alarm.escalates_at = None, call.received_at + SOS_ESCALATES_AFTER
    alarm.save()
    _keep(alarm, call)
    if had_answer:
        text = _("SOS again from %(name)s at %(time)s") if not call.is_of_revoked else _revoked_text()
        _tell(alarm, f"again:{call.named}", text, officer, call)
    return [told(alarm.court_id, CALLED_AGAIN, {"alarm": alarm_view(alarm)})]


def _keep(alarm: Alarm, call: Call) -> None:
    SosCall.objects.create(
        alarm=alarm,
        officer_id=call.officer_id,
        device_id=call.device_id,
        named=call.named,
        said_at=call.said_at,
        received_at=call.received_at,
        words=call.words,
        position=call.position,
    )


def write_withdrawal(call: Call) -> list[Draft]:
    """Taken back: it stands until the desk has said that it knows, for he may have been made to."""
    officer = hold_officer(call.officer_id)
    row = SosCall.objects.filter(officer=officer, named=call.named).select_related("alarm").first()
    if row is None or row.withdrawn_at is not None:
        return []
    row.withdrawn_said_at, row.withdrawn_at, row.withdrawn_why = call.said_at, call.received_at, call.words
    row.save()
    alarm = row.alarm
    if alarm.ended_at is None and not alarm.calls.filter(withdrawn_at=None).exists():
        alarm.withdrawn_at = alarm.asks_since = call.received_at
        alarm.save()
        _tell(alarm, f"withdrawn:{row.pk}", _("%(name)s takes the SOS back: make sure"), officer, call)
    write_briefs([officer.pk])
    facts = {"call": row.named, "why": call.words, "said_at": to_wire(call.said_at)}
    return [told(alarm.court_id, WITHDRAWN, {"alarm": alarm_view(alarm)}, **facts)]


def _tell(alarm: Alarm, step: str, text: Any, officer: Officer, call: Call) -> None:
    words = {"name": officer.name, "time": wall(call.said_at)}
    tell_of(alarm, step, text, words, watchers_of(alarm.court_id, officer.pk, leaders=False))
