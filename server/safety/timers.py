"""When a check-in is due, and how long one may wait for it. Pure; all of it our own choice, for no law says.

Counted from the moment at which the officer says he checked in, where that can be true: in a basement he was well, too.
"""

from datetime import datetime, timedelta
from enum import StrEnum

MINUTE = timedelta(minutes=1)
USUAL_INTERVAL, SHORTEST_INTERVAL, LONGEST_INTERVAL = 60 * MINUTE, 5 * MINUTE, 480 * MINUTE
SOON_BEFORE = 5 * MINUTE
ESCALATES_AFTER = 15 * MINUTE
"""So long after a check-in was due the leaders are told, acknowledged or not."""
SOS_ESCALATES_AFTER = 2 * MINUTE
"""So long a call for help may stand unacknowledged."""
ORDER_ANSWER_WITHIN = 10 * MINUTE


class Watch(StrEnum):
    """How it stands with somebody on site."""

    ON_TIME = "ON_TIME"
    DUE_SOON = "DUE_SOON"
    OVERDUE = "OVERDUE"
    ESCALATED = "ESCALATED"

    @property
    def is_silent(self) -> bool:
        return self in (Watch.OVERDUE, Watch.ESCALATED)


def interval_of(minutes: object) -> timedelta | None:
    """As agreed, within reason; None where nothing readable is said."""
    if not isinstance(minutes, int) or isinstance(minutes, bool):
        return None
    return min(max(min(minutes, 1440) * MINUTE, SHORTEST_INTERVAL), LONGEST_INTERVAL)


def turns(due_at: datetime, interval: timedelta) -> tuple[tuple[datetime, Watch], ...]:
    """From which moment on each state holds, in order."""
    soon_at = due_at - min(SOON_BEFORE, interval / 4)
    return ((soon_at, Watch.DUE_SOON), (due_at, Watch.OVERDUE), (due_at + ESCALATES_AFTER, Watch.ESCALATED))


def watch_at(due_at: datetime, interval: timedelta, at: datetime) -> Watch:
    passed = [watch for moment, watch in turns(due_at, interval) if moment <= at]
    return passed[-1] if passed else Watch.ON_TIME


def next_turn(due_at: datetime, interval: timedelta, at: datetime) -> datetime | None:
    """When it changes next; None where it has come to the worst."""
    return next((moment for moment, _ in turns(due_at, interval) if moment > at), None)
