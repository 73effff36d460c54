"""Reference systems: known points, back and forth, and what a device may write."""

from itertools import pairwise, product
from math import cos, hypot, radians

import pytest

from server.centre.coordinates import KNOWN, Place, converted, system_of

METRES = 111_320.0
SYSTEMS = ("WGS-84", "GCJ-02", "BD-09")
POINTS = [
    # Published with the converters in common use (eviltransform, coordtransform).
    ("WGS-84", (31.1774276, 121.5272106), "GCJ-02", (31.17530398364597, 121.531541859215)),
    ("WGS-84", (22.543847, 113.912316), "GCJ-02", (22.540796131694766, 113.9171764808363)),
    ("WGS-84", (39.911954, 116.377817), "GCJ-02", (39.91334545536069, 116.38404722455657)),
    ("WGS-84", (39.915, 116.404), "GCJ-02", (39.91640428150164, 116.41024449916938)),
    ("GCJ-02", (39.915, 116.404), "BD-09", (39.92133699351021, 116.41036949371029)),
    ("BD-09", (39.915, 116.404), "GCJ-02", (39.90865673957631, 116.39762729119315)),
    ("GCJ-02", (39.91334545536069, 116.38404722455657), "WGS-84", (39.911954, 116.377817)),
]


def apart(one: Place, other: Place) -> float:
    """Metres."""
    return hypot((one.lat - other.lat) * METRES, (one.lon - other.lon) * METRES * cos(radians(one.lat)))


@pytest.mark.parametrize(("given", "point", "wanted", "known"), POINTS)
def test_known_points_are_met_within_ten_centimetres(
    given: str, point: tuple[float, float], wanted: str, known: tuple[float, float]
) -> None:
    assert apart(converted(Place(*point), given, wanted), Place(*known)) < 0.1


@pytest.mark.parametrize(("one", "other"), [*product(SYSTEMS, SYSTEMS)])
def test_there_and_back_is_the_same_place_within_half_a_metre(one: str, other: str) -> None:
    for lat, lon in product(range(18, 54, 5), range(74, 135, 7)):
        place = Place(lat + 0.123456, lon + 0.654321)
        assert apart(converted(converted(place, one, other), other, one), place) < 0.5


def test_in_china_the_systems_are_some_hundred_metres_apart_and_abroad_two_are_the_same() -> None:
    here, abroad = Place(26.6, 119.6), Place(48.85, 2.35)
    for one, other in pairwise(SYSTEMS):
        assert 100 < apart(converted(here, one, other), here) < 1500
    assert converted(abroad, "WGS-84", "GCJ-02") == abroad


def test_a_device_may_write_its_system_in_several_ways_and_what_is_none_is_none() -> None:
    assert {system_of(written) for written in ("WGS84", "wgs-84", "EPSG:4326", "CGCS2000")} == {"WGS-84"}
    assert (system_of("gcj-02"), system_of("bd09ll")) == ("GCJ-02", "BD-09")
    assert {system_of(written) for written in ("", "Mars", "坐标")} == {""}
    assert set(KNOWN.values()) == set(SYSTEMS)
