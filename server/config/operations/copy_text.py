"""PostgreSQL's COPY text, read without PostgreSQL: tabs between values, `\\N` for none, backslashes before the rest."""

import re
from collections.abc import Iterable, Iterator

_ESCAPES = {b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t", b"v": b"\v"}
_ESCAPED = re.compile(rb"\\(.)", re.DOTALL)

Value = str | None


def rows_of(lines: Iterable[bytes]) -> Iterator[list[Value]]:
    """Values as PostgreSQL's own text form: bytea is `\\x…`, a time has its offset, JSON is JSON."""
    for line in lines:
        yield [_value(part) for part in line.removesuffix(b"\n").split(b"\t")]


def _value(part: bytes) -> Value:
    if part == rb"\N":
        return None
    if b"\\" not in part:
        return part.decode()
    return _ESCAPED.sub(lambda found: _ESCAPES.get(found[1], found[1]), part).decode()
