"""Who is on site and where acts of the last hours were done, on the court's own outlines; no map of others."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext as _

from server.centre.case_page import kind_names
from server.centre.coordinates import Place, converted, system_of
from server.centre.geo_view import Land, land, land_on
from server.centre.projection import HEIGHT, WIDTH, Point, Sheet
from server.centre.states import Look
from server.field.models import ActionRecord, FieldAction

WITHIN = timedelta(hours=12)
MOST_PINS = 40
PIN = 18
WIDE, HIGH = 76, 26
"""What a word needs to itself."""


@dataclass(frozen=True, slots=True)
class Placed:
    """What is to stand on the map, with its position as stated."""

    look: Look
    text: str
    position: Any


@dataclass(frozen=True, slots=True)
class Pin:
    x: float
    y: float
    text: str
    look: Look

    @property
    def left(self) -> float:
        return self.x - PIN / 2

    @property
    def top(self) -> float:
        return self.y - PIN / 2

    @property
    def below(self) -> float:
        return self.y + HIGH


@dataclass(frozen=True, slots=True)
class WallMap:
    lands: list[Land]
    pins: list[Pin]
    without: int
    """Of those to be shown, how many came without a position."""
    km: float
    bar: float

    @property
    def legend(self) -> list[tuple[Look, int]]:
        """Each shape that stands there, and how often."""
        return list(Counter(pin.look for pin in self.pins).items())


def wall_map(courts: Collection[UUID], moment: datetime, people: Sequence[Placed]) -> WallMap:
    """People first, then acts of the last hours."""
    acts = FieldAction.objects.filter(court__in=courts, recorded_at__gte=moment - WITHIN)
    records = ActionRecord.objects.filter(action__in=acts.values("pk")).order_by("-recorded_at", "-pk")
    rows = records.values_list("action__kind", "position")[: MOST_PINS * 3]
    names, look = kind_names(), Look("done", "green", _("Act"))
    return drawn([*people, *(Placed(look, names.get(kind, kind), position) for kind, position in rows)])


def place_of(position: Any) -> Place | None:
    """As stated, in the system the map is drawn in; None for what cannot be drawn."""
    match position:
        case {"lat": int() | float() as lat, "lon": int() | float() as lon} if abs(lat) <= 85 and abs(lon) <= 180:
            system = system_of(str(position.get("crs") or ""))
            return converted(Place(lat, lon), system, settings.MAP_SYSTEM) if system else Place(lat, lon)
    return None


def drawn(things: Sequence[Placed]) -> WallMap:
    """On the outlines, if anything at all is within them; else around what there is."""
    found = [(each, place) for each in things if (place := place_of(each.position))][:MOST_PINS]
    without = sum(place_of(each.position) is None for each in things)
    places = [place for _each, place in found]
    areas = land()
    sheet = Sheet.around([place for area in areas for ring in area.rings for place in ring])
    if places and not any(_is_on(sheet.point(place)) for place in places):
        areas, sheet = (), Sheet.around(places)
    pins = [Pin(*sheet.point(place), each.text, each.look) for each, place in found]
    return WallMap([land_on(area, sheet) for area in areas], _legible(pins), without, *sheet.bar())


def _is_on(point: Point) -> bool:
    return 0 <= point.x <= WIDTH and 0 <= point.y <= HEIGHT


def _legible(pins: Sequence[Pin]) -> list[Pin]:
    """Two words on one place are none: the first of them keeps its own. What is off the sheet is left out."""
    kept: list[Pin] = []
    shown: list[Pin] = []
    for pin in pins:
        if not _is_on(Point(pin.x, pin.y)):
            continue
        is_free = all(abs(pin.x - each.x) > WIDE or abs(pin.y - each.y) > HIGH for each in kept)
        shown.append(pin if is_free else Pin(pin.x, pin.y, "", pin.look))
        kept += [pin] if is_free else []
    return shown
