"""What a picture says of itself: when, where, how held, by which camera. A claim, never proof.

Runs only in the limited process. Whatever is broken is left out; a broken member never costs the others.
"""

import math
import re
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import Any

from PIL import Image

_MAKE, _MODEL, _ORIENTATION, _EXIF_IFD, _GPS_IFD = 0x010F, 0x0110, 0x0112, 0x8769, 0x8825
_TAKEN, _TAKEN_OFFSET = 0x9003, 0x9011
_MAP_DATUM = 18
_OFFSET = re.compile(r"[+-](0\d|1[0-4]):[0-5]\d")


def read_exif(image: Image.Image) -> dict[str, Any]:
    """Any of `taken_at` (ISO 8601, with an offset only where the file states one), `position` {lat, lon} in decimal
    degrees with the file's own name of their system as `crs`, `orientation` (1 to 8, as stored), `make`, `model`."""
    tags = _attempt(image.getexif) or Image.Exif()
    details = _attempt(lambda: tags.get_ifd(_EXIF_IFD)) or {}
    gps = _attempt(lambda: tags.get_ifd(_GPS_IFD)) or {}
    stated = {
        "taken_at": _attempt(lambda: _taken_at(details)),
        "position": _attempt(lambda: _position(gps)),
        "orientation": _attempt(lambda: _orientation(image, tags)),
        "make": _attempt(lambda: _text(tags.get(_MAKE))),
        "model": _attempt(lambda: _text(tags.get(_MODEL))),
    }
    return {name: value for name, value in stated.items() if value}


def _attempt(read: Callable[[], Any]) -> Any:
    """Pillow's readers raise a score of things on hostile EXIF; the limits of the process bound what they cost."""
    with suppress(Exception):
        return read()
    return None


def _taken_at(details: dict[int, Any]) -> str:
    moment = datetime.strptime(_text(details[_TAKEN]), "%Y:%m:%d %H:%M:%S")  # noqa: DTZ007 - no zone is what it states
    offset = _text(details.get(_TAKEN_OFFSET))
    return moment.isoformat() + (offset if _OFFSET.fullmatch(offset) else "")


def _position(gps: dict[int, Any]) -> dict[str, Any] | None:
    latitude, longitude = _angle(gps[2], _text(gps[1]), "NS", 90), _angle(gps[4], _text(gps[3]), "EW", 180)
    # A camera without a fix writes zeros; nobody enforces in the Gulf of Guinea.
    if not (latitude or longitude):
        return None
    datum = _attempt(lambda: _text(gps[_MAP_DATUM])[:20])
    return {"lat": latitude, "lon": longitude} | ({"crs": datum} if datum else {})


def _angle(parts: Any, reference: str, signs: str, limit: int) -> float:
    degrees, minutes, seconds = (float(part) for part in parts)
    angle = degrees + minutes / 60 + seconds / 3600
    is_valid = min(degrees, minutes, seconds) >= 0 and minutes < 60 and seconds < 60
    if not (math.isfinite(angle) and is_valid and angle <= limit and reference in tuple(signs)):
        raise ValueError("not an angle")
    return round(-angle if reference == signs[1] else angle, 7)


def _orientation(image: Image.Image, tags: Image.Exif) -> int | None:
    # pillow-heif turns the picture itself and keeps here what the file said.
    stated = image.info.get("original_orientation") or tags.get(_ORIENTATION)
    return stated if isinstance(stated, int) and 1 <= stated <= 8 else None


def _text(raw: Any) -> str:
    text = raw.decode("utf-8", "replace") if isinstance(raw, bytes) else raw if isinstance(raw, str) else ""
    return "".join(char for char in text if char.isprintable())[:100].strip()
