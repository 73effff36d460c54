"""Rows of a wall, and how a wall says a time."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from server.centre.states import Look
from server.common.clock import SHANGHAI, local_date, now


@dataclass(frozen=True, slots=True)
class Tile:
    """One counter: `sums` names what the page's store may count by itself."""

    look: Look
    number: int
    said: str
    """What stands beside it: how long, how many, or when last."""
    is_alarm: bool = False
    sums: str = ""
    since: datetime | None = None
    """Counted from there to the second, in place of `said`."""
    blinks: bool = False
    is_solid: bool = False


@dataclass(frozen=True, slots=True)
class Told:
    """One act as it arrived."""

    came_at: datetime
    court: str
    kind: str
    look: Look
    done: str

    @property
    def came(self) -> str:
        return moment_words(self.came_at, now())


def clock(at: datetime) -> str:
    return at.astimezone(SHANGHAI).strftime("%H:%M:%S")


def moment_words(at: datetime, beside: datetime) -> str:
    """The time of day, of another day with its date."""
    return clock(at) if local_date(at) == local_date(beside) else f"{local_date(at):%m-%d} {clock(at)[:5]}"


def lag_words(lag: timedelta) -> str:
    seconds = max(0, int(lag.total_seconds()))
    if seconds < 60:
        return _("%(n)d s") % {"n": seconds}
    if seconds < 3600:
        return _("%(n)d min") % {"n": seconds // 60}
    if seconds < 48 * 3600:
        return _("%(n)d h") % {"n": seconds // 3600}
    return _("%(n)d d") % {"n": seconds // 86400}
