"""Checking a file of reference bytes: one good log of a device, and rows that spoil a part of it each. Pure.

The file's shape and the words of the reasons are in `docs/reference/protocol.md`, section 14.
"""

import json
from dataclasses import dataclass
from typing import Any

from server.sync.log_check import LogCheck, Row


class UnreadableVectors(ValueError):
    """The file is not of the shape that can be checked at all."""


@dataclass(frozen=True)
class Report:
    good: list[Row]
    bad: list[Row]

    @property
    def failed(self) -> list[Row]:
        return [row for row in self.good if row.reason is not None]

    @property
    def passed(self) -> list[Row]:
        """Bad rows that nothing refused."""
        return [row for row in self.bad if row.reason is None]

    @property
    def is_right(self) -> bool:
        return not self.failed and not self.passed


def read_vectors(raw: bytes) -> dict[str, Any]:
    """The document in these bytes. Raises UnreadableVectors when it cannot be checked."""
    try:
        document = json.loads(raw)
    except (ValueError, RecursionError) as fault:
        raise UnreadableVectors(f"not JSON: {fault}") from None
    if not isinstance(document, dict):
        raise UnreadableVectors("not a JSON object")
    for name, form in (("root_key", str), ("certificate", str), ("operations", list)):
        if not isinstance(document.get(name), form):
            raise UnreadableVectors(f"`{name}` is missing or not a {form.__name__}")
    bad = document.get("bad", [])
    if not isinstance(bad, list) or not all(isinstance(row, dict) for row in bad):
        raise UnreadableVectors("`bad` is not a list of objects")
    return document


def check_vectors(document: dict[str, Any]) -> Report:
    """Verify the good log row by row, then each bad row laid over the whole of it."""
    good = LogCheck(document).rows()
    bad = [
        Row(
            str(row.get("name", f"bad row {number}")),
            _first_reason(overlaid(document, row)),
        )
        for number, row in enumerate(document.get("bad", []), 1)
    ]
    return Report(good, bad)


def overlaid(document: dict[str, Any], row: dict[str, Any]) -> dict[str, Any]:
    """The good document with this row's parts in their place; an object replaces member by member."""
    whole = dict(document)
    for name, spoilt in row.items():
        good = document.get(name)
        if isinstance(good, dict) and isinstance(spoilt, str):
            spoilt = {"signed": spoilt}
        whole[name] = {**good, **spoilt} if isinstance(good, dict) and isinstance(spoilt, dict) else spoilt
    return whole


def _first_reason(document: dict[str, Any]) -> str | None:
    return next(
        (f"{row.name}: {row.reason}" for row in LogCheck(document).rows() if row.reason is not None),
        None,
    )
