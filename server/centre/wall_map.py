"""Where acts of the last hours were done, on a grid, without any map of others. Degrees in, drawing out."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import cos, radians
from typing import Any
from uuid import UUID

from server.centre.case_page import kind_names
from server.field.models import ActionRecord, FieldAction

WITHIN = timedelta(hours=12)
MOST_PINS = 40
WIDTH, HEIGHT, MARGIN = 510, 340, 48
KM_PER_DEGREE = 111.32
SCALES = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500)


@dataclass(frozen=True, slots=True)
class Pin:
    x: int
    y: int
    text: str

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
    """Acts that came without a position."""
    scale: str
    scale_width: int

    @property
    def lines(self) -> list[str]:
        """A grid of fixed fields, so that an empty map is a map."""
        upright = [f"M{x} 0V{HEIGHT}" for x in range(51, WIDTH, 68)]
        return [*upright, *(f"M0 {y}H{WIDTH}" for y in range(34, HEIGHT, 68))]


def wall_map(courts: Collection[UUID], moment: datetime) -> WallMap:
    acts = FieldAction.objects.filter(court__in=courts, recorded_at__gte=moment - WITHIN)
    records = ActionRecord.objects.filter(action__in=acts.values("pk")).order_by("-recorded_at", "-pk")
    rows = list(records.values_list("action__kind", "position")[: MOST_PINS * 3])
    names = kind_names()
    placed = [(names.get(kind, kind), *place) for kind, position in rows if (place := place_of(position))]
    return drawn(placed[:MOST_PINS], len(rows) - len(placed))


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


def drawn(placed: Sequence[tuple[str, float, float]], without: int) -> WallMap:
    """Pure: equal distances east and north around the middle of the points, all of them inside the margin."""
    if not placed:
        return WallMap([], without, "", 0)
    lats, lons = [lat for _, lat, _ in placed], [lon for _, _, lon in placed]
    middle = ((min(lats) + max(lats)) / 2, (min(lons) + max(lons)) / 2)
    east = cos(radians(middle[0])) * KM_PER_DEGREE
    wide = max((max(lons) - min(lons)) * east, 0.5)
    high = max((max(lats) - min(lats)) * KM_PER_DEGREE, 0.5)
    per_km = min((WIDTH - 2 * MARGIN) / wide, (HEIGHT - 2 * MARGIN) / high)
    pins = [
        Pin(
            round(WIDTH / 2 + (lon - middle[1]) * east * per_km),
            round(HEIGHT / 2 - (lat - middle[0]) * KM_PER_DEGREE * per_km),
            text,
        )
        for text, lat, lon in placed
    ]
    scale = max((each for each in SCALES if each * per_km <= 100), default=SCALES[0])
    return WallMap(_legible(pins), without, f"{scale:g} km", round(scale * per_km))
