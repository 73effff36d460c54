"""What a device last said it had not sent, less what has come since. Its own words: anything may stand there. Pure."""

from collections.abc import Mapping
from typing import Any, NamedTuple
from uuid import UUID


class Unsent(NamedTuple):
    seq: int
    kind: str
    case_id: UUID | None
    """None where it named no case by id: a number typed by hand, or nothing we can read."""
    files: list[str]
    case_ids: frozenset[UUID] = frozenset()
    """Of all cases it serves (R103); `case_id` is the first of them."""

    def may_concern(self, case_id: UUID) -> bool:
        return self.case_id in (case_id, None) or case_id in self.case_ids


MOST_NAMED = 500
"""So many acts a device names; one that names as many may have more (R103)."""


def is_cut(status: Mapping[str, Any]) -> bool:
    """It has, or may have, more unsent acts than stand here."""
    said = status.get("unsent")
    return status.get("is_cut") is True or (isinstance(said, list) and len(said) >= MOST_NAMED)


def unsent_of(status: Mapping[str, Any], acked_seq: int) -> list[Unsent] | None:
    """A device speaks before its push is taken, so what was acknowledged since is left out. None: it does not say."""
    said = status.get("unsent")
    if not isinstance(said, list):
        return None
    rows = (_unsent(each) for each in said if isinstance(each, dict))
    return [row for row in rows if row.seq > acked_seq]


def _unsent(said: Mapping[str, Any]) -> Unsent:
    kind, files, cases = said.get("kind"), said.get("hashes"), said.get("case_ids")
    return Unsent(
        whole(said.get("seq")),
        kind[:64] if isinstance(kind, str) else "",
        _uuid(said.get("case_id")),
        [file for file in files if isinstance(file, str)] if isinstance(files, list) else [],
        frozenset(each for each in map(_uuid, cases) if each) if isinstance(cases, list) else frozenset(),
    )


def whole(value: Any) -> int:
    """0 for anything else."""
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else 0


def _uuid(value: Any) -> UUID | None:
    try:
        return UUID(value) if isinstance(value, str) else None
    except ValueError:
        return None
