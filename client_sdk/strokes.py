"""A signature as it was drawn on the screen: checked, and written down for whoever examines it later. Pure.

A point is `[x, y, t, pressure]`, four whole numbers: `x` and `y` in hundredths of a millimetre from the upper left
corner of the field that was signed in, `t` in milliseconds since the first point, `pressure` in thousandths of what the
screen measures at most, 1000 where it measures none.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from math import sqrt
from typing import Any, NamedTuple

from client_sdk import ijson
from client_sdk.errors import InvalidRecord

FORM = "zhixing-strokes-1"
MOST_POINTS = 10_000
MOST_STROKES = 500
MOST_SIDE = 50_000
"""Half a metre."""
MOST_MS = 600_000
MOST_INK = 2_000_000
"""Twenty metres of line."""
FULL_PRESSURE = 1000


class Point(NamedTuple):
    x: int
    y: int
    t: int
    pressure: int


Strokes = Sequence[Sequence[Point]]


def checked(strokes: Any, place: str = "/strokes") -> Strokes:
    """As points. Raises InvalidRecord, naming the point: `strokes_needed`, `strokes_invalid`, `too_many`."""
    found = [_stroke(stroke, f"{place}/{n}") for n, stroke in enumerate(_list(strokes, place, MOST_STROKES))]
    points = [point for stroke in found for point in stroke]
    if len(points) < 2:  # a mere touch is no signature
        raise InvalidRecord("strokes_needed", place)
    if len(points) > MOST_POINTS:
        raise InvalidRecord("too_many", place, note=f"{len(points)} > {MOST_POINTS}")
    if points[0].t != 0 or any(later.t < earlier.t for earlier, later in pairwise(points)):
        raise InvalidRecord("strokes_invalid", place, note="t")
    if sum(map(_ink, found)) > MOST_INK:
        raise InvalidRecord("too_many", place, note="ink")
    return found


def written(strokes: Strokes, said: Mapping[str, Any]) -> bytes:
    """The file that is kept: who signed and when beside every point, so that it speaks alone."""
    try:
        return ijson.dump({"form": FORM, **said, "strokes": [[list(point) for point in each] for each in strokes]})
    except ijson.NotIJson as fault:
        raise InvalidRecord(fault.reason, fault.where) from None


def _list(value: Any, place: str, most: int) -> Sequence[Any]:
    if isinstance(value, str | bytes) or not isinstance(value, Sequence):
        raise InvalidRecord("strokes_invalid", place)
    if len(value) > most:
        raise InvalidRecord("too_many", place, note=f"{len(value)} > {most}")
    return value


def _stroke(value: Any, place: str) -> Sequence[Point]:
    return [_point(point, f"{place}/{n}") for n, point in enumerate(_list(value, place, MOST_POINTS))]


def _point(value: Any, place: str) -> Point:
    members = _list(value, place, len(Point._fields))
    limits = (MOST_SIDE, MOST_SIDE, MOST_MS, FULL_PRESSURE)
    if len(members) != len(limits) or not all(
        type(member) is int and 0 <= member <= limit for member, limit in zip(members, limits, strict=True)
    ):
        raise InvalidRecord("strokes_invalid", place)
    return Point(*members)


def _ink(stroke: Sequence[Point]) -> float:
    return sum(length(start, end) for start, end in pairwise(stroke))


def length(start: Point, end: Point) -> float:
    return sqrt((end.x - start.x) ** 2 + (end.y - start.y) ** 2)
