"""Reads a record by its declared types: what fits is kept in a form rules can compare, what does not is named.

A value of another type counts as not given. Fields nobody declared are kept in the act and mean nothing to rules.
"""

import math
import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

BLANKS = "\t\n\v\f\r \u00a0\u3000\u200b\ufeff"
"""What counts as nothing at either end of a text; a list of our own, the same in every language of an SDK."""

LARGEST = 2**53 - 1

_TIME = re.compile(
    r"(?:19|2[0-9])[0-9]{2}-[0-9]{2}-[0-9]{2}T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]{1,9})?"
    r"(?:Z|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])"
)
_DATE = re.compile(r"(?:19|2[0-9])[0-9]{2}-[0-9]{2}-[0-9]{2}")
_MONEY = re.compile(r"[0-9]{1,15}(?:\.[0-9]{1,2})?")

Blame = Callable[[str, str], None]
"""Called with the declared path (`officers.name`) and the JSON pointer of what does not fit."""
Read = Callable[[Any, str, Blame], Any]
Fields = list[Mapping[str, str]]


class Unreadable(ValueError):
    pass


def record_reader(fields: Fields, path: str, types: Mapping[str, Fields], codes: Mapping[str, frozenset[str]]) -> Read:
    """A reader for a record of these fields; `path` is its own declared path."""
    inside = f"{path}." if path else ""
    readers = [(field["name"], _reader(field["type"], inside + field["name"], types, codes)) for field in fields]

    def read(value: Any, pointer: str, blame: Blame) -> dict[str, Any] | None:
        if not isinstance(value, Mapping):
            if value is not None:
                blame(path, pointer)
            return None
        known = {}
        for name, read_field in readers:
            given = value.get(name)
            if given is not None and (kept := read_field(given, f"{pointer}/{name}", blame)) is not None:
                known[name] = kept
        return known

    return read


def _reader(spec: str, path: str, types: Mapping[str, Fields], codes: Mapping[str, frozenset[str]]) -> Read:
    form, _, argument = spec.partition(":")
    if form == "list":
        element = f"record:{argument}" if argument in types else argument
        return _list_reader(_reader(element, path, types, codes), path)
    if form == "record":
        return record_reader(types[argument], path, types, codes)
    if form == "code":
        return _scalar_reader(lambda value: _code(value, codes[argument]), path)
    return _scalar_reader(SCALARS[form], path)


def _list_reader(read_element: Read, path: str) -> Read:
    """Elements keep their places, so that a finding points at the right one."""

    def read(value: Any, pointer: str, blame: Blame) -> list[Any] | None:
        if not isinstance(value, list | tuple):
            blame(path, pointer)
            return None
        return [read_element(element, f"{pointer}/{index}", blame) for index, element in enumerate(value)]

    return read


def _scalar_reader(convert: Callable[[Any], Any], path: str) -> Read:
    def read(value: Any, pointer: str, blame: Blame) -> Any:
        try:
            return None if value is None else convert(value)
        except ValueError:
            blame(path, pointer)
            return None

    return read


def _text(value: Any) -> str | None:
    if not isinstance(value, str):
        raise Unreadable
    return value.strip(BLANKS) or None


def _code(value: Any, codes: frozenset[str]) -> str:
    if not isinstance(value, str) or value not in codes:
        raise Unreadable
    return value


def _number(value: Any) -> int | float:
    if type(value) not in (int, float) or not -LARGEST <= value <= LARGEST or math.isnan(value):
        raise Unreadable
    number: int | float = value
    return number


def _integer(value: Any) -> int:
    number = _number(value)
    if number != int(number):
        raise Unreadable
    return int(number)


def _boolean(value: Any) -> bool:
    if not isinstance(value, bool):
        raise Unreadable
    return value


def _time(value: Any) -> datetime:
    """RFC 3339 with its offset, years 1900 to 2999."""
    if not isinstance(value, str) or not _TIME.fullmatch(value):
        raise Unreadable
    return datetime.fromisoformat(value).astimezone(UTC)


def _date(value: Any) -> date:
    if not isinstance(value, str) or not _DATE.fullmatch(value):
        raise Unreadable
    return date.fromisoformat(value)


def _money(value: Any) -> Decimal:
    if not isinstance(value, str) or not _MONEY.fullmatch(value):
        raise Unreadable
    return Decimal(value)


SCALARS: Mapping[str, Callable[[Any], Any]] = {
    "text": _text,
    "number": _number,
    "integer": _integer,
    "boolean": _boolean,
    "time": _time,
    "date": _date,
    "money": _money,
}
