"""How it stands with a peer: what waits for it, and how long it may. Silence is never taken for a good sign. Pure."""

from datetime import datetime, timedelta
from enum import StrEnum


class Standing(StrEnum):
    HEARD = "heard"
    """Nothing waits, and it was heard of within its patience."""
    UNHEARD = "unheard"
    """Nothing waits, and nobody knows whether it would hear us."""
    ON_THE_WAY = "on_the_way"
    SILENT = "silent"
    """Something waits longer than it should."""
    LOST = "lost"
    """Far longer: people have to ask."""
    CUT_OFF = "cut_off"


WORRYING = (Standing.SILENT, Standing.LOST)
_BY_LINE = (timedelta(minutes=30), timedelta(days=1))
_BY_FILES = (timedelta(days=1), timedelta(days=3))
"""How long something may wait before it is SILENT, and LOST."""


def standing_of(
    *, is_cut_off: bool, by_files: bool, heard_at: datetime | None, waiting_since: datetime | None, at: datetime
) -> Standing:
    silent, lost = _BY_FILES if by_files else _BY_LINE
    if is_cut_off:
        return Standing.CUT_OFF
    if waiting_since is None:
        return Standing.HEARD if heard_at and at - heard_at <= silent else Standing.UNHEARD
    waited = at - waiting_since
    if waited > lost:
        return Standing.LOST
    return Standing.SILENT if waited > silent else Standing.ON_THE_WAY
