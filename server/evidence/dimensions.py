"""How many pixels a picture's own headers declare, read before anything decodes it. Pure; never raises on any bytes.

A decoder may believe any of several places, so the largest declaration counts.
"""

from collections.abc import Iterator

MAX_PIXELS = 50_000_000
_WALK = 100_000
"""Segments, frames or boxes looked at; a file that has more declares nothing we believe."""

Sizes = Iterator[tuple[int, int]]


def declared_pixels(media_type: str, content: bytes) -> int:
    """The largest picture, frame or tile declared, in pixels; 0 where the headers declare none."""
    readers = {
        "image/jpeg": _jpeg,
        "image/png": _png,
        "image/gif": _gif,
        "image/webp": _webp,
        "image/heic": _heic,
    }
    return max((width * height for width, height in readers[media_type](content)), default=0)


def _jpeg(content: bytes) -> Sizes:
    """Every start-of-frame before the first scan; pictures inside application segments are skipped with them."""
    at = 2
    for _ in range(_WALK):
        at = content.find(b"\xff", at)
        if at < 0 or at + 9 > len(content):
            return
        marker = content[at + 1]
        if marker == 0xDA:
            return
        if marker in (0x00, 0x01, 0xFF) or 0xD0 <= marker <= 0xD8:
            at += 1 if marker == 0xFF else 2
            continue
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            yield int.from_bytes(content[at + 7 : at + 9]), int.from_bytes(content[at + 5 : at + 7])
        at += 2 + int.from_bytes(content[at + 2 : at + 4])


def _png(content: bytes) -> Sizes:
    if content[12:16] == b"IHDR":
        yield int.from_bytes(content[16:20]), int.from_bytes(content[20:24])


def _gif(content: bytes) -> Sizes:
    if len(content) < 13:
        return
    yield _pair(content, 6)
    at = 13 + _colours(content[10])
    for _ in range(_WALK):
        kind = content[at : at + 1]
        if kind == b"!":
            at = _after_blocks(content, at + 2)
        elif kind == b"," and at + 10 <= len(content):
            left, top = _pair(content, at + 1)
            width, height = _pair(content, at + 5)
            yield left + width, top + height
            at = _after_blocks(content, at + 11 + _colours(content[at + 9]))
        else:
            return


def _colours(flags: int) -> int:
    return 3 * 2 ** ((flags & 7) + 1) if flags & 0x80 else 0


def _after_blocks(content: bytes, at: int) -> int:
    while at < len(content) and content[at]:
        at += 1 + content[at]
    return at + 1


def _pair(content: bytes, at: int) -> tuple[int, int]:
    return int.from_bytes(content[at : at + 2], "little"), int.from_bytes(content[at + 2 : at + 4], "little")


def _webp(content: bytes) -> Sizes:
    at = 12
    for _ in range(_WALK):
        name, body = content[at : at + 4], at + 8
        if len(name) < 4:
            return
        if name == b"VP8X":
            yield 1 + _three(content, body + 4), 1 + _three(content, body + 7)
        elif name == b"ANMF":
            yield 1 + _three(content, body + 6), 1 + _three(content, body + 9)
            yield from _webp_stream(content, content[body + 16 : body + 20], body + 24)
        else:
            yield from _webp_stream(content, name, body)
        size = int.from_bytes(content[at + 4 : at + 8], "little")
        at = body + size + size % 2


def _webp_stream(content: bytes, name: bytes, body: int) -> Sizes:
    if name == b"VP8 ":
        width, height = _pair(content, body + 6)
        yield width & 0x3FFF, height & 0x3FFF
    elif name == b"VP8L":
        bits = int.from_bytes(content[body + 1 : body + 5], "little")
        yield 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)


def _three(content: bytes, at: int) -> int:
    return int.from_bytes(content[at : at + 3], "little")


def _heic(content: bytes) -> Sizes:
    """Every `ispe` property, wherever it stands: tiles, thumbnails and the grid that joins them."""
    at = 0
    for _ in range(_WALK):
        at = content.find(b"ispe", at)
        if at < 0:
            return
        if int.from_bytes(content[at - 4 : at]) == 20:
            yield int.from_bytes(content[at + 8 : at + 12]), int.from_bytes(content[at + 12 : at + 16])
        at += 4
