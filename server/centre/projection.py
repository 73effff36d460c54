"""Web Mercator on a sheet: the map's land fits it, tiles lie under it, and a place is a point on it. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import asinh, atan, ceil, cos, floor, log2, pi, radians, sinh, tan
from typing import NamedTuple

from server.centre.coordinates import Place

WIDTH, HEIGHT, MARGIN = 510.0, 340.0, 12.0
TILE, LAST_ZOOM, TILES_AT_MOST = 256, 18, 64
EQUATOR_KM = 40_075.017
STEPS_KM = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)


class Point(NamedTuple):
    x: float
    y: float


class Tile(NamedTuple):
    zoom: int
    column: int
    row: int
    x: float
    y: float
    size: float


def _world(place: Place) -> Point:
    """From 0 to 1, west to east and north to south."""
    return Point((place.lon + 180) / 360, (1 - asinh(tan(radians(place.lat))) / pi) / 2)


@dataclass(frozen=True, slots=True)
class Sheet:
    west: float
    north: float
    scale: float
    """Units of the sheet for the whole world."""

    @classmethod
    def around(cls, places: Iterable[Place]) -> "Sheet":
        """So that all of them are on it, with a margin; a single one is in the middle of a few kilometres."""
        points = [_world(place) for place in places]
        west, east = min(p.x for p in points), max(p.x for p in points)
        north, south = min(p.y for p in points), max(p.y for p in points)
        least = 4 / EQUATOR_KM
        wide, tall = max(east - west, least), max(south - north, least)
        scale = min((WIDTH - 2 * MARGIN) / wide, (HEIGHT - 2 * MARGIN) / tall)
        return cls((west + east) / 2 - WIDTH / scale / 2, (north + south) / 2 - HEIGHT / scale / 2, scale)

    def point(self, place: Place) -> Point:
        at = _world(place)
        return Point(round((at.x - self.west) * self.scale, 1), round((at.y - self.north) * self.scale, 1))

    def path(self, ring: Iterable[Place]) -> str:
        return "M" + "L".join(f"{p.x:g} {p.y:g}" for p in map(self.point, ring)) + "Z"

    @property
    def km_per_unit(self) -> float:
        """At the middle of the sheet."""
        middle = self.north + HEIGHT / self.scale / 2
        return EQUATOR_KM / self.scale * cos(atan(sinh(pi * (1 - 2 * middle))))

    def bar(self) -> tuple[float, float]:
        """A round number of kilometres, about a sixth of the sheet, and its length."""
        longest = WIDTH / 6 * self.km_per_unit
        km = max((step for step in STEPS_KM if step <= longest), default=STEPS_KM[0])
        return km, round(km / self.km_per_unit, 1)

    def length(self, metres: float) -> float:
        return round(metres / 1000 / self.km_per_unit, 2)

    def tiles(self) -> list[Tile]:
        """Those that cover the sheet, at the zoom at which they are drawn at their own size or a little smaller."""
        zoom = max(0, min(LAST_ZOOM, ceil(log2(self.scale / TILE))))
        count = 2**zoom
        size = self.scale / count
        columns = range(floor(self.west * count), floor((self.west + WIDTH / self.scale) * count) + 1)
        rows = range(floor(self.north * count), floor((self.north + HEIGHT / self.scale) * count) + 1)
        found = [
            Tile(zoom, column % count, row, *self._sheet(column / count, row / count), size)
            for row in rows
            for column in columns
            if 0 <= row < count
        ]
        return found[:TILES_AT_MOST]

    def _sheet(self, x: float, y: float) -> tuple[float, float]:
        return (x - self.west) * self.scale, (y - self.north) * self.scale
