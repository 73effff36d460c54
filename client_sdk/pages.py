"""One answer to a pull, read strictly: what does not have this form is not applied. Pure."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from client_sdk.clock import from_wire

MAX_PAGE_CHARACTERS = 64 * 1024 * 1024


class NotAPage(ValueError):
    """The signed answer is none this SDK understands; the message is the reason."""


@dataclass(frozen=True)
class Put:
    type: str
    id: str
    tag: str
    data: Mapping[str, Any]


@dataclass(frozen=True)
class Page:
    cursor: str
    base: str | None
    is_complete: bool
    as_of: datetime
    put: tuple[Put, ...]
    remove: tuple[tuple[str, str], ...]
    reviews: tuple[Mapping[str, Any], ...]
    receipts: tuple[str, ...]
    wanted: tuple[Mapping[str, Any], ...]
    digest: str | None
    retry_after_ms: int
    retention_days: int | None = None
    lease_until: datetime | None = None
    """How long the court wants kept what it holds safely; None: for ever."""


def read_page(text: str) -> Page:
    """Raises NotAPage. Members we do not know are ignored, those we need must have their form."""
    try:
        answer = json.loads(text)
        return Page(
            cursor=_text(answer["cursor"]),
            base=None if answer.get("base") is None else _text(answer["base"]),
            is_complete=answer["complete"] is True,
            as_of=from_wire(answer["as_of"]),
            put=tuple(_put(unit) for unit in answer["put"]),
            remove=tuple((_text(unit["type"]), _text(unit["id"])) for unit in answer["remove"]),
            reviews=tuple(_object(review) for review in answer.get("reviews") or ()),
            receipts=tuple(_text(receipt) for receipt in answer.get("receipts") or ()),
            wanted=tuple(_object(file) for file in answer.get("wanted") or ()),
            digest=answer.get("digest"),
            retry_after_ms=int((answer.get("next") or {}).get("retry_after_ms") or 0),
            retention_days=_days(answer.get("retention_days")),
            lease_until=None if answer.get("lease_until") is None else from_wire(answer["lease_until"]),
        )
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as fault:
        raise NotAPage(f"{type(fault).__name__}: {fault}") from None


def _days(value: Any) -> int | None:
    return value if type(value) is int and value >= 0 else None


def _put(unit: Any) -> Put:
    return Put(_text(unit["type"]), _text(unit["id"]), _text(unit["tag"]), _object(unit["data"]))


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise TypeError("a text is missing")
    return value


def _object(value: Any) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise TypeError("an object is missing")
    return value
