"""What may be muted, for how long, and what a mute covers. Pure."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from server.cases.levels import Level

NEVER_MUTED = frozenset({"control_renewal", "detention_term"})
"""A seal that lapses, a person in custody. Calls for help and persons compelled are no nodes: nothing covers them."""
LONGEST = timedelta(days=7)


class Hush(NamedTuple):
    """A mute that stands."""

    id: UUID
    cause: str
    case_id: UUID | None
    level: Level
    until: datetime


def is_mutable(cause: str) -> bool:
    return cause not in NEVER_MUTED


def is_long_enough(until: datetime, at: datetime) -> bool:
    """It ends after this moment, and within the longest time."""
    return at < until <= at + LONGEST


def covering(hushes: Iterable[Hush], *, cause: str, case_id: UUID, level: Level) -> Hush | None:
    """Of those that cover this alarm the one that lasts longest."""
    if not is_mutable(cause):
        return None
    found = [each for each in hushes if _covers(each, cause, case_id, level)]
    return max(found, key=lambda each: each.until, default=None)


def _covers(hush: Hush, cause: str, case_id: UUID, level: Level) -> bool:
    is_about = hush.cause in ("", cause) and hush.case_id in (None, case_id)
    return is_about and level.rank <= hush.level.rank
