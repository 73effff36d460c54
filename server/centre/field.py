"""The field without a case in hand: heartbeats, the map, who is on site; for those who watch a court."""

from dataclasses import dataclass
from datetime import datetime

from server.centre.beats import Unit, units_on_wall
from server.centre.geo_view import MapView, drawn
from server.centre.safety_pages import StayLine, stays
from server.centre.wall_safety import people_placed
from server.people.access import courts_watched_by
from server.people.models import Court, Officer
from server.safety.queries import on_site_now, standing_alarms


@dataclass(frozen=True, slots=True)
class Field:
    units: list[Unit]
    map: MapView
    people: list[StayLine]


def field_of(reader: Officer, moment: datetime) -> Field | None:
    """As many queries for any court; nothing for who watches none."""
    courts = {each.pk: each for each in Court.objects.filter(pk__in=courts_watched_by(reader)).order_by("code")}
    if not courts:
        return None
    present = on_site_now(courts)
    where = {each.presence.device_id: each.presence.place for each in present}
    placed = people_placed(standing_alarms(courts), present, where, moment)
    return Field(units_on_wall(list(courts.values()), moment), drawn(placed), stays(reader))
