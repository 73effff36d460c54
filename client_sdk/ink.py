"""Draws a signature's strokes as a picture: black on white, the same pixels wherever it is drawn. Pure.

No picture library: the square root is the one operation here that IEEE 754 would round, and it does so in one way.
"""

import struct
import zlib
from collections.abc import Sequence
from itertools import pairwise
from math import ceil, sqrt
from typing import NamedTuple

from client_sdk.strokes import FULL_PRESSURE, Point, Strokes, length

WIDTH, HEIGHT = 480, 160
MARGIN = 6
MOST_SCALE = 0.2
"""Pixels for a hundredth of a millimetre: a small signature stays one."""
THINNEST, WIDEST = 22.0, 48.0
"""Half the width of a line at no pressure and at full, in hundredths of a millimetre."""
LEAST_RADIUS = 0.8
_STEP = 0.7


class _Brush(NamedTuple):
    x: float
    y: float
    radius: float


def draw(strokes: Strokes) -> bytes:
    """A grey PNG of what was drawn, cut to the ink, at most 480 by 160. `strokes` are checked ones."""
    points = [point for stroke in strokes for point in stroke]
    left, top = min(point.x for point in points), min(point.y for point in points)
    wide, high = max(point.x for point in points) - left, max(point.y for point in points) - top
    scale = min(MOST_SCALE, (WIDTH - 2 * MARGIN) / max(wide, 1), (HEIGHT - 2 * MARGIN) / max(high, 1))
    canvas = _Canvas(ceil(wide * scale) + 2 * MARGIN, ceil(high * scale) + 2 * MARGIN)
    for stroke in strokes:
        canvas.line([_brush(point, left, top, scale) for point in stroke], stroke)
    return canvas.png()


def _brush(point: Point, left: int, top: int, scale: float) -> _Brush:
    radius = THINNEST + (WIDEST - THINNEST) * point.pressure / FULL_PRESSURE
    x, y = MARGIN + (point.x - left) * scale, MARGIN + (point.y - top) * scale
    return _Brush(x, y, max(LEAST_RADIUS, min(radius * scale, MARGIN - 1)))


class _Canvas:
    def __init__(self, width: int, height: int) -> None:
        self._width, self._height = width, height
        self._ink = bytearray(width * height)

    def line(self, brushes: Sequence[_Brush], points: Sequence[Point]) -> None:
        for brush in brushes[:1]:
            self._touch(brush)
        for (start, end), (here, there) in zip(pairwise(brushes), pairwise(points), strict=True):
            if length(here, there):
                self._drag(start, end)

    def _drag(self, start: _Brush, end: _Brush) -> None:
        way = _Brush(*(after - before for before, after in zip(start, end, strict=True)))
        steps = ceil(sqrt(way.x * way.x + way.y * way.y) / _STEP)
        for step in range(1, steps + 1):
            self._touch(_Brush(*(at + by * step / steps for at, by in zip(start, way, strict=True))))

    def _touch(self, brush: _Brush) -> None:
        reach = brush.radius + 1
        for row in range(max(0, int(brush.y - reach)), min(self._height, int(brush.y + reach) + 2)):
            for column in range(max(0, int(brush.x - reach)), min(self._width, int(brush.x + reach) + 2)):
                right, down = column - brush.x, row - brush.y
                away = sqrt(right * right + down * down)
                ink = min(255, int((brush.radius + 0.5 - away) * 255))
                place = row * self._width + column
                if ink > self._ink[place]:
                    self._ink[place] = ink

    def png(self) -> bytes:
        paper = bytes(255 - ink for ink in self._ink)
        rows = b"".join(b"\0" + paper[at : at + self._width] for at in range(0, len(paper), self._width))
        head = struct.pack(">IIBBBBB", self._width, self._height, 8, 0, 0, 0, 0)
        chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
        return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*chunk) for chunk in chunks)


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
