"""A map for a page or a wall: land, tiles if the court has any, and what is placed there; drawn without a script."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext as _

from server.centre.coordinates import Place, converted, system_of
from server.centre.labels import Label, around, labelled, written
from server.centre.language import content_language
from server.centre.outline import OURS, Area, outline
from server.centre.projection import HEIGHT, WIDTH, Point, Sheet
from server.centre.states import Look

SMALL, LARGE = 14, 18
"""Of a glyph: on a page, and on a wall."""
NAME = 17
"""Of the name of a land, at most."""


@dataclass(frozen=True, slots=True)
class Placed:
    """What is to stand on the map, with its position as stated."""

    look: Look
    text: str
    position: Any
    title: str = ""
    href: str = ""
    key: UUID | None = None
    """Of what it is, where it leads there."""
    accuracy: float | None = None
    """Metres."""


@dataclass(frozen=True, slots=True)
class Pin:
    """What stands there; a word only where it covers nothing."""

    x: float
    y: float
    size: int
    radius: float
    """Of the circle it is within, as far as its device knew."""
    given: Placed
    label: Label | None = None

    @property
    def look(self) -> Look:
        return self.given.look

    @property
    def text(self) -> str:
        return self.given.text if self.label else ""

    @property
    def left(self) -> float:
        return self.x - self.size / 2

    @property
    def top(self) -> float:
        return self.y - self.size / 2

    @property
    def halo(self) -> float:
        return round(self.size * 0.65, 1)


@dataclass(frozen=True, slots=True)
class Land:
    code: str
    name: str
    label: Point
    path: str


@dataclass(frozen=True, slots=True)
class Drawn:
    """An image under the land."""

    href: str
    x: float
    y: float
    size: float


@dataclass(frozen=True, slots=True)
class MapView:
    lands: list[Land]
    tiles: list[Drawn]
    pins: list[Pin]
    without: int
    """Of those to be shown, how many came without a position."""
    system: str
    km: float
    bar: float
    grid: str
    width: int = int(WIDTH)
    height: int = int(HEIGHT)

    @property
    def about(self) -> str:
        return _("Map: %(count)d acts with a position") % {"count": len(self.pins)}

    @property
    def legend(self) -> list[tuple[Look, int]]:
        """Each shape that stands there, and how often."""
        return list(Counter(pin.look for pin in self.pins).items())


def drawn(things: Sequence[Placed], *, size: int = SMALL, most: int = 500) -> MapView:
    """On the outlines, if anything at all is within them; else around what there is."""
    found = [(each, place) for each in things if (place := place_of(each.position))][:most]
    places, areas = [place for _each, place in found], _land()
    sheet = Sheet.around([place for area in areas for ring in area.rings for place in ring])
    if places and not any(_is_on(sheet.point(place)) for place in places):
        areas, sheet = (), Sheet.around(places)
    points = [sheet.point(place) for place in places]
    lands = [_land_on(area, sheet, points) for area in areas]
    km, bar = sheet.bar()
    return MapView(
        lands=lands,
        tiles=_tiles(sheet),
        pins=_pins(found, sheet, size, lands),
        without=sum(place_of(each.position) is None for each in things),
        system=settings.MAP_SYSTEM,
        km=km,
        bar=bar,
        grid=_grid(),
    )


def place_of(position: Any) -> Place | None:
    """As stated, in the system the map is drawn in; None for what cannot be drawn.

    A position whose system nobody stated is drawn as it came.
    """
    match position:
        case {"lat": int() | float() as lat, "lon": int() | float() as lon} if abs(lat) <= 85 and abs(lon) <= 180:
            system = system_of(str(position.get("crs") or ""))
            return converted(Place(lat, lon), system, settings.MAP_SYSTEM) if system else Place(lat, lon)
    return None


def _pins(found: Sequence[tuple[Placed, Place]], sheet: Sheet, size: int, lands: Sequence[Land]) -> list[Pin]:
    """What is off the sheet is left out."""
    points = [(each, sheet.point(place)) for each, place in found]
    shown = [(each, point) for each, point in points if _is_on(point)]
    names = [written(land.label, land.name) for land in lands]
    labels = labelled([(point, each.text) for each, point in shown], names)
    return [
        Pin(point.x, point.y, size, sheet.length(each.accuracy) if each.accuracy else 0, each, label)
        for (each, point), label in zip(shown, labels, strict=True)
    ]


def _is_on(point: Point) -> bool:
    return 0 <= point.x <= WIDTH and 0 <= point.y <= HEIGHT


def _land() -> tuple[Area, ...]:
    return outline(Path(settings.MAP_OUTLINE_FILE or OURS))


def _land_on(area: Area, sheet: Sheet, points: Sequence[Point]) -> Land:
    path, name = "".join(sheet.path(ring) for ring in area.rings), area.name(content_language())
    return Land(area.code, name, _beside(points, sheet.point(area.label), name), path)


def _beside(points: Sequence[Point], label: Point, name: str) -> Point:
    """A little lower or higher where a pin would stand on the name; where it stands if that helps nothing."""
    places = [Point(label.x, round(label.y + lower, 1)) for lower in (0, 20, -20, 40, -40)]
    pins = [around(point) for point in points]
    return next((place for place in places if not any(map(written(place, name, NAME).meets, pins))), label)


def _tiles(sheet: Sheet) -> list[Drawn]:
    """Of the template a court sets; it says `{z}`, `{x}` and `{y}`."""
    template: str = settings.MAP_TILES
    if not template:
        return []
    names = [{"{z}": str(t.zoom), "{x}": str(t.column), "{y}": str(t.row)} for t in sheet.tiles()]
    return [
        Drawn(_filled(template, name), round(tile.x, 2), round(tile.y, 2), round(tile.size + 0.3, 2))
        for tile, name in zip(sheet.tiles(), names, strict=True)
    ]


def _filled(template: str, names: dict[str, str]) -> str:
    for name, value in names.items():
        template = template.replace(name, value)
    return template


def _grid() -> str:
    """Lines that say nothing but that here is a map."""
    across = "".join(f"M{x} 0V{HEIGHT:g}" for x in range(34, int(WIDTH), 68))
    return across + "".join(f"M0 {y}H{WIDTH:g}" for y in range(34, int(HEIGHT), 68))
