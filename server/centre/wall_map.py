"""Who is on site and where acts of the last hours were done, on a grid without any map of others."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import cos, radians
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from server.centre.case_page import kind_names
from server.centre.states import Look
from server.field.models import ActionRecord, FieldAction

WITHIN = timedelta(hours=12)
MOST_PINS = 40
WIDTH, HEIGHT, MARGIN = 510, 340, 48
KM_PER_DEGREE = 111.32
SCALES = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500)


@dataclass(frozen=True, slots=True)
class Placed:
    """What is to stand on the map, with its position as stated."""

    look: Look
    text: str
    position: Any


@dataclass(frozen=True, slots=True)
class Pin:
    x: int
    y: int
    text: str
    look: Look

    @property
    def left(self) -> int:
        return self.x - 9

    @property
    def top(self) -> int:
        return self.y - 9

    @property
    def below(self) -> int:
        return self.y + 26


@dataclass(frozen=True, slots=True)
class WallMap:
    pins: list[Pin]
    without: int
    """Of those to be shown, how many came without a position."""
    scale: str
    scale_width: int

    @property
    def legend(self) -> list[tuple[Look, int]]:
        """Each shape that stands there, and how often."""
        counted = Counter(pin.look for pin in self.pins)
        return list(counted.items())

    @property
    def lines(self) -> list[str]:
        """A grid of fixed fields, so that an empty map is a map."""
        upright = [f"M{x} 0V{HEIGHT}" for x in range(51, WIDTH, 68)]
        return [*upright, *(f"M0 {y}H{WIDTH}" for y in range(34, HEIGHT, 68))]


def wall_map(courts: Collection[UUID], moment: datetime, people: Sequence[Placed]) -> WallMap:
    """People first, then acts of the last hours."""
    acts = FieldAction.objects.filter(court__in=courts, recorded_at__gte=moment - WITHIN)
    records = ActionRecord.objects.filter(action__in=acts.values("pk")).order_by("-recorded_at", "-pk")
    rows = list(records.values_list("action__kind", "position")[: MOST_PINS * 3])
    names = kind_names()
    acted = [Placed(Look("done", "green", _("Act")), names.get(kind, kind), position) for kind, position in rows]
    return drawn([*people, *acted])


def place_of(position: Any) -> tuple[float, float] | None:
    """Latitude and longitude as stated; None for what cannot be drawn."""
    stated = position if isinstance(position, dict) else {}
    lat, lon = stated.get("lat"), stated.get("lon")
    if not isinstance(lat, int | float) or not isinstance(lon, int | float):
        return None
    return (lat, lon) if abs(lat) <= 85 and abs(lon) <= 180 else None


def _legible(pins: Sequence[Pin]) -> list[Pin]:
    """Two words on one place are none: the newest act there keeps its own."""
    kept: list[Pin] = []
    shown: list[Pin] = []
    for pin in pins:
        is_free = all(abs(pin.x - each.x) > 70 or abs(pin.y - each.y) > 24 for each in kept)
        shown.append(pin if is_free else replace(pin, text=""))
        kept += [pin] if is_free else []
    return shown


def drawn(things: Sequence[Placed]) -> WallMap:
    """Pure: equal distances east and north around the middle of the points, all of them inside the margin."""
    found = [(each, place) for each in things if (place := place_of(each.position))][:MOST_PINS]
    without = sum(place_of(each.position) is None for each in things)
    if not found:
        return WallMap([], without, "", 0)
    lats, lons = zip(*(place for _, place in found), strict=True)
    middle = ((min(lats) + max(lats)) / 2, (min(lons) + max(lons)) / 2)
    east = cos(radians(middle[0])) * KM_PER_DEGREE
    wide = max((max(lons) - min(lons)) * east, 0.5)
    high = max((max(lats) - min(lats)) * KM_PER_DEGREE, 0.5)
    per_km = min((WIDTH - 2 * MARGIN) / wide, (HEIGHT - 2 * MARGIN) / high)
    pins = [
        Pin(
            round(WIDTH / 2 + (lon - middle[1]) * east * per_km),
            round(HEIGHT / 2 - (lat - middle[0]) * KM_PER_DEGREE * per_km),
            each.text,
            each.look,
        )
        for each, (lat, lon) in found
    ]
    scale = max((each for each in SCALES if each * per_km <= 100), default=SCALES[0])
    return WallMap(_legible(pins), without, f"{scale:g} km", round(scale * per_km))
