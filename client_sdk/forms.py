"""Reads single values by their declared form (docs/reference/kinds.md); what does not fit is a Misfit."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

BLANKS = "\t\n\v\f\r \u00a0\u3000\u200b\ufeff"
LARGEST = 2**53 - 1

_DAY = r"(?P<year>[12][0-9]{3})-(?P<month>[0-9]{2})-(?P<day>[0-9]{2})"
_DATE = re.compile(_DAY)
_TIME = re.compile(
    _DAY + r"T(?P<hour>[0-9]{2}):(?P<minute>[0-9]{2}):(?P<second>[0-9]{2})(?:\.(?P<fraction>[0-9]{1,9}))?"
    r"(?:Z|(?P<sign>[+-])(?P<off_hour>[0-9]{2}):(?P<off_minute>[0-9]{2}))"
)
_MONEY = re.compile(r"[0-9]{1,15}(?:\.[0-9]{1,2})?")


class Misfit(Exception):
    """A value that has not the declared form: it counts as not given."""


def _text(value: Any) -> str | None:
    if type(value) is not str:
        raise Misfit
    return value.strip(BLANKS) or None


def _boolean(value: Any) -> bool:
    if value is not True and value is not False:
        raise Misfit
    return bool(value)


def _number(value: Any) -> int | float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= LARGEST:
        raise Misfit
    return value


def _integer(value: Any) -> int:
    number = _number(value)
    if number % 1:
        raise Misfit
    return int(number)


def _money(value: Any) -> Decimal:
    if not isinstance(value, str) or not _MONEY.fullmatch(value):
        raise Misfit
    return Decimal(value)


def _date(value: Any) -> date:
    parts = _DATE.fullmatch(value) if isinstance(value, str) else None
    if parts is None:
        raise Misfit
    return _calendar_day(parts)


def _time(value: Any) -> datetime:
    parts = _TIME.fullmatch(value) if isinstance(value, str) else None
    if parts is None:
        raise Misfit
    day = _calendar_day(parts)
    hour, minute, second = (int(parts[key]) for key in ("hour", "minute", "second"))
    off_hour, off_minute = int(parts["off_hour"] or 0), int(parts["off_minute"] or 0)
    if max(hour, off_hour) > 23 or max(minute, second, off_minute) > 59:
        raise Misfit
    microsecond = int((parts["fraction"] or "0")[:6].ljust(6, "0"))
    stated = datetime(day.year, day.month, day.day, hour, minute, second, microsecond, tzinfo=UTC)
    offset = timedelta(hours=off_hour, minutes=off_minute)
    return stated + offset if parts["sign"] == "-" else stated - offset


def _calendar_day(parts: re.Match[str]) -> date:
    year = int(parts["year"])
    if not 1900 <= year <= 2999:
        raise Misfit
    try:
        return date(year, int(parts["month"]), int(parts["day"]))
    except ValueError:
        raise Misfit from None


def code(value: Any, codes: Sequence[Mapping[str, str]]) -> str:
    if not isinstance(value, str) or all(known["key"] != value for known in codes):
        raise Misfit
    return value


def elements(value: Any) -> Sequence[Any]:
    if not isinstance(value, list | tuple):
        raise Misfit
    return value


def members(value: Any) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise Misfit
    return value


SCALARS = {
    "text": _text,
    "boolean": _boolean,
    "number": _number,
    "integer": _integer,
    "money": _money,
    "date": _date,
    "time": _time,
}
