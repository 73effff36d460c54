"""What is told to a court on another server: `exchange` registers here, and carries it."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from server.common.clock import now
from server.matters.models import Matter
from server.people.models import Court, Officer


class Told(NamedTuple):
    kind: str
    """`move`, `talk`, `result` or `snapshot`."""
    body: Mapping[str, Any]
    by: Officer | None
    at: datetime


_tellers: list[Callable[[Matter, Told], None]] = []


def tell_through(teller: Callable[[Matter, Told], None]) -> None:
    """From now on this one is told, in the transaction of what is told."""
    _tellers.append(teller)


def is_across(matter: Matter) -> bool:
    """Whether one of its courts has a server of its own."""
    return Court.Reach.PEER in (matter.from_court.reach, matter.to_court.reach)


def tell_across(
    matter: Matter, kind: str, body: Mapping[str, Any], *, by: Officer | None = None, at: datetime | None = None
) -> None:
    """Nothing before it is sent, and nothing where both courts are courts of this server."""
    if matter.sent_at is None or not is_across(matter):
        return
    for teller in _tellers:
        teller(matter, Told(kind, body, by, at or now()))
