"""Strict I-JSON, read and written: what the server would quarantine is refused here, while it can be corrected."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, NoReturn

MAX_DEPTH = 32
MAX_NUMBER = 2**53 - 1

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{}]')
_FORBIDDEN = {
    "nul": re.compile("\0"),
    "surrogate": re.compile("[\ud800-\udfff]"),
    "noncharacter": re.compile(
        "[\ufdd0-\ufdef" + "".join(map(chr, (p * 0x10000 + low for p in range(17) for low in (0xFFFE, 0xFFFF)))) + "]"
    ),
}


class NotIJson(ValueError):
    """`reason` is a code of `docs/reference/protocol.md`, section 3; `where` the place, as well as it is known."""

    def __init__(self, reason: str, where: str = "") -> None:
        super().__init__(f"{reason} ({where})" if where else reason)
        self.reason = reason
        self.where = where


def parse(raw: bytes) -> dict[str, Any]:
    """The object in these bytes. Raises NotIJson, whatever they are."""
    if not raw:
        raise NotIJson("empty")
    if raw[:3] == b"\xef\xbb\xbf":
        raise NotIJson("bom")
    try:
        text = raw.decode()
        parsed = json.loads(
            text, object_pairs_hook=_members, parse_int=_number, parse_float=_number, parse_constant=_no_constant
        )
    except UnicodeDecodeError as fault:
        raise NotIJson("encoding", f"byte {fault.start}") from None
    except json.JSONDecodeError as fault:
        raise NotIJson("syntax", f"character {fault.pos}") from None
    except RecursionError:
        raise NotIJson("too_deep") from None
    if not isinstance(parsed, dict):
        raise NotIJson("not_object")
    _scan(text)
    return parsed


def dump(members: Mapping[str, Any]) -> bytes:
    """The bytes of an object we make. Raises NotIJson with the path of what cannot go on the wire."""
    _check(members, "", 1)
    return json.dumps(members, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members: dict[str, Any] = {}
    for name, value in pairs:
        if name in members:
            raise NotIJson("duplicate_member", ascii(name)[1:-1][:100])
        members[name] = value
    return members


def _number(digits: str) -> int | float:
    is_real = any(mark in digits for mark in ".eE")
    # Seventeen characters are a sign and the sixteen digits of 2^53; int() would choke on thousands.
    if not is_real and len(digits) > 17:
        raise NotIJson("number_range", digits[:20])
    number = float(digits) if is_real else int(digits)
    if abs(number) > MAX_NUMBER:
        raise NotIJson("number_range", digits[:20])
    return number


def _no_constant(name: str) -> NoReturn:
    raise NotIJson("number_not_finite", name)


def _scan(text: str) -> None:
    """Over the tokens of a text known to be JSON: how deep it goes, and what its strings hold."""
    depth = 0
    for token in _TOKEN.finditer(text):
        mark = token[0]
        if mark in "{[":
            depth += 1
            if depth > MAX_DEPTH:
                raise NotIJson("too_deep", f"character {token.start()}")
        elif mark in "}]":
            depth -= 1
        else:
            for reason in _faults(json.loads(mark) if "\\u" in mark else mark):
                raise NotIJson(reason, f"character {token.start()}")


def _faults(text: str) -> Iterator[str]:
    return (reason for reason, pattern in _FORBIDDEN.items() if pattern.search(text))


def _check(value: Any, path: str, depth: int) -> None:
    if isinstance(value, str):
        for reason in _faults(value):
            raise NotIJson(reason, path)
    elif isinstance(value, float | int) and not isinstance(value, bool):
        _check_number(value, path)
    elif isinstance(value, Mapping | list | tuple):
        if depth > MAX_DEPTH:
            raise NotIJson("too_deep", path)
        for step, child in value.items() if isinstance(value, Mapping) else enumerate(value):
            if isinstance(value, Mapping):
                _check_name(step, path)
            _check(child, f"{path}/{step}", depth + 1)
    elif value is not None and not isinstance(value, bool):
        raise NotIJson("syntax", path)


def _check_name(name: Any, path: str) -> None:
    if not isinstance(name, str):
        raise NotIJson("syntax", path)
    for reason in _faults(name):
        raise NotIJson(reason, path)


def _check_number(number: float, path: str) -> None:
    if isinstance(number, float) and (number != number or number in (float("inf"), float("-inf"))):
        raise NotIJson("number_not_finite", path)
    if abs(number) > MAX_NUMBER:
        raise NotIJson("number_range", path)
