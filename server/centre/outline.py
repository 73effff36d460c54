"""Outlines of the land a map is drawn on: GeoJSON the court supplies, else ours of an invented city. Read once."""

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from server.centre.coordinates import Place

OURS = Path(__file__).parent / "outlines" / "lanning.json"
Ring = tuple[Place, ...]


class OutlineError(ValueError):
    """What is wrong with the file, in words."""


@dataclass(frozen=True, slots=True)
class Area:
    code: str
    """Of the court whose land it is; "" where the file names none."""
    zh: str
    en: str
    label: Place
    rings: tuple[Ring, ...]

    def name(self, language: str) -> str:
        return (self.en if language == "en" else self.zh) or self.zh or self.en


@lru_cache(maxsize=4)
def outline(path: Path) -> tuple[Area, ...]:
    """Polygons of a FeatureCollection; `properties` may say `code`, `zh` (or `name`), `en` and `label` [lon, lat].

    Raises OutlineError.
    """
    try:
        features = json.loads(path.read_text(encoding="utf-8"))["features"]
        areas = tuple(area for feature in features if (area := _area(feature)))
    except (OSError, ValueError, KeyError, TypeError, IndexError, AttributeError) as fault:
        raise OutlineError(f"{path}: {type(fault).__name__}: {fault}") from None
    if not areas:
        raise OutlineError(f"{path}: no polygon")
    return areas


def _area(feature: dict[str, Any]) -> Area | None:
    geometry, said = feature["geometry"] or {}, feature.get("properties") or {}
    parts = {"Polygon": lambda given: [given], "MultiPolygon": list}.get(geometry.get("type", ""))
    if parts is None:
        return None
    rings = tuple(_ring(ring) for polygon in parts(geometry["coordinates"]) for ring in polygon)
    label = _place(said["label"]) if said.get("label") else _middle(max(rings, key=len))
    names = str(said.get("zh") or said.get("name") or ""), str(said.get("en") or "")
    return Area(str(said.get("code") or ""), *names, label, rings)


def _ring(points: list[Any]) -> Ring:
    return tuple(_place(point) for point in points)


def _place(point: Any) -> Place:
    """GeoJSON has the longitude first."""
    lon, lat = float(point[0]), float(point[1])
    if not (-85 <= lat <= 85 and -180 <= lon <= 180):
        raise ValueError(f"not a place: {point}")
    return Place(lat, lon)


def _middle(ring: Ring) -> Place:
    return Place(sum(p.lat for p in ring) / len(ring), sum(p.lon for p in ring) / len(ring))
