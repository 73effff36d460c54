"""Members of a unit in the form an app gets; one in a form unknown to this SDK counts as not said. Pure."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from client_sdk.clock import from_wire


def objects(value: Any) -> list[Mapping[str, Any]]:
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, list) else []


def date_of(text: Any) -> date | None:
    try:
        return date.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None


def time_of(text: Any) -> datetime | None:
    try:
        return from_wire(text) if isinstance(text, str) else None
    except ValueError:
        return None
