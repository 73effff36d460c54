"""A map for a page: land, tiles if the court has any, and points of acts; drawn here, so that it needs no script."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from server.cases.models import Case
from server.centre.case_page import kind_names
from server.centre.coordinates import Place, converted, system_of
from server.centre.language import content_language
from server.centre.outline import OURS, Area, outline
from server.centre.projection import HEIGHT, WIDTH, Point, Sheet
from server.centre.states import Look, action_look
from server.common.clock import now
from server.field.models import ActionSubject

POINTS_AT_MOST = 500
GLYPH = 14
NOWHERE = Point(0, 0)


@dataclass(frozen=True, slots=True)
class Spot:
    """Where an act was recorded: on the sheet, and as it was received."""

    action_id: UUID
    case_id: UUID
    case_no: str
    kind: str
    officer: str
    recorded_at: datetime
    look: Look
    lat: float
    lon: float
    system: str
    """As stated; "" where the device did not say, or said what nobody knows."""
    accuracy: float | None
    point: Point = NOWHERE
    radius: float = 0

    @property
    def left(self) -> float:
        """Of its glyph."""
        return self.point.x - GLYPH / 2

    @property
    def top(self) -> float:
        return self.point.y - GLYPH / 2

    @property
    def as_received(self) -> str:
        return f"{self.lat:.5f}, {self.lon:.5f}"


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
    spots: list[Spot]
    system: str
    km: float
    bar: float
    grid: str
    width: int = int(WIDTH)
    height: int = int(HEIGHT)

    @property
    def about(self) -> str:
        return _("Map: %(count)d acts with a position") % {"count": len(self.spots)}


def map_of(spots: Sequence[Spot], *, close: bool = False) -> MapView:
    """`close`: around the spots alone, where there are any."""
    areas, system = land(), settings.MAP_SYSTEM
    seen = [(spot, _seen(spot, system)) for spot in spots]
    places = [place for _spot, place in seen]
    corners = [place for area in areas for ring in area.rings for place in ring]
    sheet = Sheet.around(places if close and places else corners or places or [Place(0, 0)])
    km, bar = sheet.bar()
    return MapView(
        lands=[land_on(area, sheet) for area in areas],
        tiles=_tiles(sheet),
        spots=[_on(sheet, spot, place) for spot, place in seen],
        system=system,
        km=km,
        bar=bar,
        grid=_grid(),
    )


def land() -> tuple[Area, ...]:
    return outline(Path(settings.MAP_OUTLINE_FILE or OURS))


def land_on(area: Area, sheet: Sheet) -> Land:
    path = "".join(sheet.path(ring) for ring in area.rings)
    return Land(area.code, area.name(content_language()), sheet.point(area.label), path)


def _seen(spot: Spot, system: str) -> Place:
    """A position whose system nobody stated is drawn as it came."""
    place = Place(spot.lat, spot.lon)
    return converted(place, spot.system, system) if spot.system else place


def _on(sheet: Sheet, spot: Spot, place: Place) -> Spot:
    radius = sheet.length(spot.accuracy) if spot.accuracy else 0
    return replace(spot, point=sheet.point(place), radius=radius)


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


def spots_in(cases: QuerySet[Case], *, since: datetime | None = None) -> list[Spot]:
    """Of acts on these cases that say where they were done, the newest first; one act once."""
    rows = ActionSubject.objects.filter(subject_id__in=cases.values("pk"), record__position__isnull=False)
    rows = rows.filter(action__received_at__gt=since) if since else rows
    found = rows.select_related("action__officer", "record").order_by("-action__received_at", "-pk")
    acts: dict[UUID, ActionSubject] = {}
    for row in found[: POINTS_AT_MOST * 2]:
        acts.setdefault(row.action_id, row)
    kept = list(acts.values())[:POINTS_AT_MOST]
    numbers = dict(Case.objects.filter(pk__in={row.subject_id for row in kept}).values_list("pk", "case_no"))
    return list(_spots(kept, numbers))


def _spots(rows: Iterable[ActionSubject], numbers: dict[UUID, str]) -> Iterable[Spot]:
    names = kind_names()
    for row in rows:
        match row.record.position:
            case {"lat": int() | float() as lat, "lon": int() | float() as lon} if abs(lat) <= 85 and abs(lon) <= 180:
                yield _spot(row, numbers.get(row.subject_id, ""), names, lat, lon)


def _spot(row: ActionSubject, case_no: str, names: dict[str, str], lat: float, lon: float) -> Spot:
    action, stated = row.action, row.record.position or {}
    return Spot(
        action_id=action.pk,
        case_id=row.subject_id,
        case_no=case_no,
        kind=names.get(action.kind, action.kind),
        officer=action.officer.name,
        recorded_at=action.recorded_at,
        look=action_look(row.status, action.is_complete, len(action.missing)),
        lat=lat,
        lon=lon,
        system=system_of(str(stated.get("crs") or "")),
        accuracy=_metres(stated.get("accuracy")),
    )


def _metres(stated: Any) -> float | None:
    return float(stated) if isinstance(stated, int | float) and 0 < stated < 100_000 else None


def since_days(days: int) -> datetime:
    return now() - timedelta(days=days)
