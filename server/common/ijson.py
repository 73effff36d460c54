"""Strict I-JSON (RFC 7493): the only parser for text whose author we do not control. Pure.

`docs/reference/protocol.md`, section 3, is the rule; `tests/wire/vectors/bodies.json` its examples.
"""

import json
import re
from collections.abc import Iterable
from typing import Any, NoReturn

MAX_DEPTH = 32
MAX_NUMBER = 2**53 - 1
_BOM = b"\xef\xbb\xbf"
_SURROGATE = re.compile("[\ud800-\udfff]")
_NONCHARACTER = re.compile(
    "[\ufdd0-\ufdef" + "".join(chr(plane << 16 | last) for plane in range(17) for last in (0xFFFE, 0xFFFF)) + "]"
)
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class NotIJson(ValueError):
    """`reason` is one of the codes of the protocol; `where` a path or a place in the text, safe to store."""

    def __init__(self, reason: str, where: str = "") -> None:
        self.reason = reason
        self.where = _UNSTORABLE.sub("\N{REPLACEMENT CHARACTER}", where)[:200]
        super().__init__(f"{reason} at {self.where}" if self.where else reason)


def parse_object(raw: bytes) -> dict[str, Any]:
    """The object these bytes hold; everything strict I-JSON forbids raises NotIJson."""
    text = _decoded(raw)
    try:
        parsed = _DECODER.decode(text)
    except json.JSONDecodeError as fault:
        raise NotIJson("syntax", f"character {fault.pos}") from None
    except RecursionError:
        raise NotIJson("too_deep") from None
    if not isinstance(parsed, dict):
        raise NotIJson("not_object")
    # Without escapes and with few brackets nothing forbidden can be left: most bodies end here, at C speed.
    if b"\\u" in raw or any(part in raw for part in _NONCHARACTER_BYTES):
        _refuse_forbidden(parsed)
    elif raw.count(b"{") + raw.count(b"[") > MAX_DEPTH:
        _refuse_depth(parsed)
    return parsed


def _decoded(raw: bytes) -> str:
    if not raw:
        raise NotIJson("empty")
    if raw.startswith(_BOM):
        raise NotIJson("bom")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as fault:
        raise NotIJson("encoding", f"byte {fault.start}") from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        seen: set[str] = set()
        for name, _ in pairs:
            if name in seen:
                raise NotIJson("duplicate_member", name)
            seen.add(name)
    return members


def _integer(digits: str) -> int:
    # int() of a long text is slow and, beyond 4,300 digits, an error of another kind.
    if len(digits) > 17 or not -MAX_NUMBER <= (number := int(digits)) <= MAX_NUMBER:
        raise NotIJson("number_range", digits[:32])
    return number


def _real(digits: str) -> float:
    number = float(digits)
    if not -MAX_NUMBER <= number <= MAX_NUMBER:
        raise NotIJson("number_range", digits[:32])
    return number


def _constant(name: str) -> NoReturn:
    raise NotIJson("number_not_finite", name)


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object,
    parse_int=_integer,
    parse_float=_real,
    parse_constant=_constant,
)


# Every noncharacter has one of these in UTF-8; so have a few Chinese characters, which then only cost the walk.
_NONCHARACTER_BYTES = (b"\xef\xb7", b"\xbf\xbe", b"\xbf\xbf")


def _refuse_depth(root: dict[str, Any]) -> None:
    level: list[Any] = [root]
    for _ in range(MAX_DEPTH):
        inner = (value.values() if isinstance(value, dict) else value for value in level)
        level = [child for children in inner for child in children if isinstance(child, dict | list)]
        if not level:
            return
    raise NotIJson("too_deep")


Trail = tuple["Trail", str | int] | None


def _refuse_forbidden(root: dict[str, Any]) -> None:
    # A trail is a linked list and becomes a path only on a fault: paths of every element under a long name fill memory.
    waiting: list[tuple[Any, Trail, int]] = [(root, None, 1)]
    while waiting:
        value, trail, depth = waiting.pop()
        if isinstance(value, str):
            _refuse_text(value, trail)
        elif isinstance(value, dict | list):
            if depth > MAX_DEPTH:
                raise NotIJson("too_deep", _path(trail))
            waiting += ((child, (trail, step), depth + 1) for step, child in _children(value, trail))


def _children(value: dict[str, Any] | list[Any], trail: "Trail") -> Iterable[tuple[str | int, Any]]:
    if isinstance(value, list):
        return enumerate(value)
    for name in value:
        _refuse_text(name, trail)
    return value.items()


def _refuse_text(text: str, trail: "Trail") -> None:
    if "\x00" in text:
        raise NotIJson("nul", _path(trail))
    if _SURROGATE.search(text):
        raise NotIJson("surrogate", _path(trail))
    if _NONCHARACTER.search(text):
        raise NotIJson("noncharacter", _path(trail))


def _path(trail: "Trail") -> str:
    steps: list[str] = []
    while trail is not None:
        trail, step = trail
        steps.append(str(step)[:200])
    return "".join("/" + step for step in reversed(steps))
