"""`{% alarm_bar %}`: what asks for an answer now, in courts the reader watches; `{% help_dialog %}`: the keys."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import template
from django.utils.translation import gettext as _

from server.centre.states import Look
from server.centre.wall_safety import alarm_look
from server.people.access import courts_watched_by
from server.people.models import Officer
from server.safety.access import can_command
from server.safety.models import Alarm
from server.safety.queries import standing_alarms

register = template.Library()
CRITICAL = (Alarm.Kind.SOS, Alarm.Kind.CHECK_IN)


@dataclass(frozen=True, slots=True)
class Row:
    alarm: Alarm
    look: Look
    who: str
    where: str
    since: datetime
    tone: str
    """Of one nobody has answered: how it sounds."""
    may_answer: bool

    @property
    def words(self) -> str:
        """As it is read out, once."""
        return " · ".join(filter(None, (str(self.look.text), self.who, self.where)))


@register.inclusion_tag("centre/alarm_bar.html")
def alarm_bar(officer: Officer) -> dict[str, Any]:
    courts = courts_watched_by(officer)
    return {"rows": [_row(alarm, officer) for alarm in standing_alarms(courts)] if courts else []}


def _row(alarm: Alarm, officer: Officer) -> Row:
    return Row(
        alarm=alarm,
        look=_look(alarm),
        who=_who(alarm),
        where=alarm.presence.place if alarm.presence else "",
        since=alarm.due_at or alarm.raised_at,
        tone=_tone(alarm) if alarm.is_waiting else "",
        may_answer=can_command(officer, alarm.court_id),
    )


def _look(alarm: Alarm) -> Look:
    return alarm_look(alarm.kind) if alarm.kind in CRITICAL else Look("warn", "orange", _("Order without an answer"))


def _tone(alarm: Alarm) -> str:
    return "critical" if alarm.kind in CRITICAL else "warning"


def _who(alarm: Alarm) -> str:
    if alarm.officer:
        return alarm.officer.name
    return str(alarm.order.group) if alarm.order else ""


KEYS = ("j k", "Enter", ".", "/", "a", "m", "w", "?", "Esc")


@register.inclusion_tag("centre/help.html")
def help_dialog() -> dict[str, Any]:
    words = {
        "j k": _("move through the list"),
        "Enter": _("open what is in focus"),
        ".": _("show what is new, and sort again"),
        "/": _("find a case or a party"),
        "a": _("answer the first alarm; in the list of reviews: ratify"),
        "m": _("mute what is in focus"),
        "w": _("want the first missing file now"),
        "?": _("these keys"),
        "Esc": _("close"),
    }
    return {"keys": [(key.split(), words[key]) for key in KEYS]}
