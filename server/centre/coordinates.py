"""Reference systems of positions: WGS-84 as devices receive it, GCJ-02 of maps in China, BD-09 of Baidu. Pure.

A position is kept as it was received, with the name of its system; this converts it for a map to be looked at, and
nothing that was converted is ever kept. The shift of GCJ-02 is published nowhere by its makers; the series here is the
one in common use, and outside China there is none. Back and forth agrees to a tenth of a metre.
"""

from collections.abc import Callable, Mapping
from math import atan2, cos, hypot, pi, sin, sqrt
from typing import NamedTuple

AXIS, ECCENTRICITY = 6378245.0, 0.00669342162296594323
"""Of the ellipsoid Krasovsky 1940, in metres."""
BAIDU = pi * 3000.0 / 180.0
KNOWN = {
    "WGS84": "WGS-84",
    "EPSG4326": "WGS-84",
    "CGCS2000": "WGS-84",
    "GCJ02": "GCJ-02",
    "BD09": "BD-09",
    "BD09LL": "BD-09",
}
"""By how a device may write it; CGCS2000 agrees with WGS-84 to some centimetres."""


class Place(NamedTuple):
    lat: float
    lon: float


def system_of(written: str) -> str:
    """`WGS-84`, `GCJ-02`, `BD-09`, or "" for what is none of these."""
    return KNOWN.get("".join(letter for letter in written.upper() if letter.isalnum()), "")


def converted(place: Place, given: str, wanted: str) -> Place:
    """From one system to another; both as `system_of` gives them."""
    if given == wanted:
        return place
    return _FROM_WGS[wanted](_TO_WGS[given](place))


def is_shifted(place: Place) -> bool:
    """Inside the rectangle in which GCJ-02 differs."""
    return 0.8293 <= place.lat <= 55.8271 and 72.004 <= place.lon <= 137.8347


def _to_gcj(place: Place) -> Place:
    if not is_shifted(place):
        return place
    north, east = _shift(place.lat - 35.0, place.lon - 105.0)
    curve = 1 - ECCENTRICITY * sin(place.lat / 180.0 * pi) ** 2
    north = north * 180.0 / (AXIS * (1 - ECCENTRICITY) / (curve * sqrt(curve)) * pi)
    east = east * 180.0 / (AXIS / sqrt(curve) * cos(place.lat / 180.0 * pi) * pi)
    return Place(place.lat + north, place.lon + east)


def _shift(y: float, x: float) -> tuple[float, float]:
    waves = (20.0 * sin(6.0 * x * pi) + 20.0 * sin(2.0 * x * pi)) * 2.0 / 3.0
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(abs(x)) + waves
    north += (20.0 * sin(y * pi) + 40.0 * sin(y / 3.0 * pi)) * 2.0 / 3.0
    north += (160.0 * sin(y / 12.0 * pi) + 320.0 * sin(y * pi / 30.0)) * 2.0 / 3.0
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(abs(x)) + waves
    east += (20.0 * sin(x * pi) + 40.0 * sin(x / 3.0 * pi)) * 2.0 / 3.0
    east += (150.0 * sin(x / 12.0 * pi) + 300.0 * sin(x / 30.0 * pi)) * 2.0 / 3.0
    return north, east


def _from_gcj(place: Place) -> Place:
    """The place whose shift leads here: found in a few steps, as no formula leads back."""
    found = place
    for _step in range(6):
        seen = _to_gcj(found)
        found = Place(found.lat - (seen.lat - place.lat), found.lon - (seen.lon - place.lon))
    return found


def _gcj_to_bd(place: Place) -> Place:
    radius = hypot(place.lon, place.lat) + 0.00002 * sin(place.lat * BAIDU)
    angle = atan2(place.lat, place.lon) + 0.000003 * cos(place.lon * BAIDU)
    return Place(radius * sin(angle) + 0.006, radius * cos(angle) + 0.0065)


def _bd_to_gcj(place: Place) -> Place:
    y, x = place.lat - 0.006, place.lon - 0.0065
    radius = hypot(x, y) - 0.00002 * sin(y * BAIDU)
    angle = atan2(y, x) - 0.000003 * cos(x * BAIDU)
    return Place(radius * sin(angle), radius * cos(angle))


def _same(place: Place) -> Place:
    return place


_TO_WGS: Mapping[str, Callable[[Place], Place]] = {
    "WGS-84": _same,
    "GCJ-02": _from_gcj,
    "BD-09": lambda place: _from_gcj(_bd_to_gcj(place)),
}
_FROM_WGS: Mapping[str, Callable[[Place], Place]] = {
    "WGS-84": _same,
    "GCJ-02": _to_gcj,
    "BD-09": lambda place: _gcj_to_bd(_to_gcj(place)),
}
