"""The one byte range of a `Range` header (RFC 9110, 14). Pure."""

import re

_SINGLE = re.compile(r"bytes=\s*(\d{0,18})-(\d{0,18})\s*", re.ASCII)


class Unsatisfiable(ValueError):
    """The range lies outside the file: 416."""


def parse_range(header: str, size: int) -> tuple[int, int] | None:
    """(start, end) with the end exclusive; None where the whole file is the answer: no header, one we do not read,
    several ranges. Raises Unsatisfiable."""
    match = _SINGLE.fullmatch(header)
    if match is None or match[0].strip() == "bytes=-" or not (match[1] or match[2]):
        return None
    if not match[1]:
        return _suffix(int(match[2]), size)
    start, last = int(match[1]), int(match[2]) if match[2] else size - 1
    if match[2] and last < start:
        return None
    if start >= size:
        raise Unsatisfiable
    return start, min(last, size - 1) + 1


def _suffix(length: int, size: int) -> tuple[int, int]:
    if not length or not size:
        raise Unsatisfiable
    return max(0, size - length), size
