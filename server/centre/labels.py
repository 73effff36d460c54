"""Where a word may stand beside its pin without covering a pin or another word. Pure; in units of the sheet."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple
from unicodedata import east_asian_width

from server.centre.projection import HEIGHT, WIDTH, Point

TEXT = 13.5
HALO = 12
GAP = 2


class Box(NamedTuple):
    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: "Box") -> bool:
        beside = self.right < other.left or other.right < self.left
        return not beside and self.top < other.bottom and other.top < self.bottom

    @property
    def is_on_sheet(self) -> bool:
        return self.left >= 0 and self.top >= 0 and self.right <= WIDTH and self.bottom <= HEIGHT


class Label(NamedTuple):
    x: float
    y: float
    """Of the baseline."""
    anchor: str


def width_of(text: str, size: float = TEXT) -> float:
    """Wide signs are as wide as they are tall, others about half of that."""
    return sum(size if east_asian_width(sign) in "WF" else size * 0.56 for sign in text)


def around(point: Point, radius: float = HALO) -> Box:
    return Box(point.x - radius, point.y - radius, point.x + radius, point.y + radius)


def written(at: Point, text: str, size: float = TEXT) -> Box:
    """A word with its middle there, on that line."""
    half = width_of(text, size) / 2
    return Box(at.x - half, at.y - size * 0.85, at.x + half, at.y + size * 0.2)


def _choices(point: Point, text: str) -> Iterator[tuple[Label, Box]]:
    """Below, to the right, to the left, above."""
    half, beside = width_of(text) / 2, HALO + GAP
    below, above, middle = point.y + HALO + TEXT, point.y - HALO - GAP, point.y + TEXT * 0.35
    yield Label(point.x, below, "middle"), written(Point(point.x, below), text)
    yield Label(point.x + beside, middle, "start"), written(Point(point.x + beside + half, middle), text)
    yield Label(point.x - beside, middle, "end"), written(Point(point.x - beside - half, middle), text)
    yield Label(point.x, above, "middle"), written(Point(point.x, above), text)


def labelled(words: Sequence[tuple[Point, str]], taken: Iterable[Box] = ()) -> list[Label | None]:
    """For each in turn the first free place; a word that would cover something is not written."""
    halos, kept = [around(point) for point, _text in words], list(taken)
    found: list[Label | None] = []
    for place, (point, text) in enumerate(words):
        others = [*halos[:place], *halos[place + 1 :], *kept]
        free = ((label, box) for label, box in _choices(point, text) if box.is_on_sheet and text)
        label, box = next(((label, box) for label, box in free if not any(map(box.meets, others))), (None, None))
        found.append(label)
        kept += [box] if box else []
    return found
