"""People first: calls for help, silence on site and who is there, as a wall shows them; without their names."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from server.centre.beats import short_name
from server.centre.geo_view import Placed
from server.centre.safety_pages import alarm_look
from server.centre.states import Look
from server.centre.wall_rows import Tile, Told, clock, moment_words
from server.people.models import Court
from server.safety.models import Alarm, Presence
from server.safety.queries import OnSite, silent_unalarmed

TOLD = (Alarm.Kind.SOS, Alarm.Kind.CHECK_IN)


def safety_tiles(alarms: Sequence[Alarm], present: Sequence[OnSite], at: datetime) -> list[Tile]:
    """A call for help and silence only while there are any: they push out what is less."""
    silent = silent_unalarmed([each.presence for each in present], alarms, at)
    more: dict[Alarm.Kind, list[Presence]] = {Alarm.Kind.CHECK_IN: silent}
    tiles = [_alarm_tile(kind, [each for each in alarms if each.kind == kind], more.get(kind, [])) for kind in TOLD]
    last = max((each.presence.last_heard_at for each in present), default=None)
    said = _("last word %(time)s") % {"time": clock(last)} if last else _("nobody")
    return [*(tile for tile in tiles if tile.number), Tile(Look("onsite", "green", _("On site")), len(present), said)]


def _alarm_tile(kind: Alarm.Kind, alarms: Sequence[Alarm], unalarmed: Sequence[Presence]) -> Tile:
    is_sos = kind == Alarm.Kind.SOS
    since = [each.raised_at if is_sos else each.due_at or each.raised_at for each in alarms]
    is_unanswered = bool(unalarmed) or any(each.is_waiting for each in alarms)
    return Tile(
        alarm_look(kind),
        len(alarms) + len(unalarmed),
        "",
        is_alarm=True,
        since=min([*since, *(each.due_at for each in unalarmed)], default=None),
        blinks=is_unanswered,
        is_solid=is_sos and is_unanswered,
    )


def alarms_told(courts: Mapping[UUID, Court], most: int) -> list[Told]:
    """The newest, as they were raised."""
    rows = Alarm.objects.filter(court__in=courts, kind__in=TOLD).select_related("presence")
    return [_told(alarm, courts) for alarm in rows.order_by("-raised_at", "-pk")[:most]]


def _told(alarm: Alarm, courts: Mapping[UUID, Court]) -> Told:
    look = alarm_look(alarm.kind)
    place = short_name(courts[alarm.court_id])
    return Told(alarm.raised_at, place, str(look.text), _standing(alarm, look), _answer(alarm))


def _standing(alarm: Alarm, look: Look) -> Look:
    return Look("done", "green", _("Ended")) if alarm.ended_at else look


def _answer(alarm: Alarm) -> str:
    if alarm.ended_at:
        return _("ended %(time)s") % {"time": moment_words(alarm.ended_at, alarm.raised_at)}
    if not alarm.is_waiting and alarm.acknowledged_at:
        return _("answered %(time)s") % {"time": moment_words(alarm.acknowledged_at, alarm.raised_at)}
    if alarm.presence:
        return _("last check-in %(time)s") % {"time": moment_words(alarm.presence.last_said_at, alarm.raised_at)}
    return _("not answered yet")


def people_placed(
    alarms: Sequence[Alarm], present: Sequence[OnSite], units: Mapping[UUID, str], at: datetime
) -> list[Placed]:
    """Whose unit is on site, by the last stated position; a call for help where it came from.

    What place an officer himself names may be a person's home: it stands on no wall.
    """
    calls = [Placed(alarm_look(each.kind), "", each.position) for each in alarms if each.kind == Alarm.Kind.SOS]
    there = [
        Placed(_look_of(each, at), units.get(each.presence.device_id, ""), each.presence.position) for each in present
    ]
    return [*calls, *there]


def _look_of(each: OnSite, at: datetime) -> Look:
    if each.presence.due_at < at:
        return alarm_look(Alarm.Kind.CHECK_IN)
    return Look("onsite", "green", _("On site"))
