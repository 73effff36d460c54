"""Rounds of a node that recurs (`every`): which of them are done. Pure."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from server.cases.limits import Limit, plain_day


class Rounds(NamedTuple):
    done: int = 0
    ended_on: date | None = None
    """When the last of them was ended, and by which event."""
    event: str = ""
    are_over: bool = False


NO_ROUNDS = Rounds()


def rounds_of(limit: Limit, started_on: date, stops: Sequence[tuple[date, str]]) -> Rounds:
    """After all the stops so far, in their order.

    A stop ends the earliest round not done, if that has begun, and those after it whose time was over by then. So a
    second one in the same round, or one on the day of the start, ends nothing; and one that comes late ends what was
    overdue, while the round in which it falls is still to come.
    """
    found = NO_ROUNDS
    for day, event in stops:
        if not found.are_over and day > _end(limit, started_on, found.done):
            done = _ended_by(limit, started_on, found.done, day)
            found = Rounds(done, day, event, not _is_held(limit, started_on, done + 1))
    return found


def _ended_by(limit: Limit, started_on: date, done: int, day: date) -> int:
    done += 1
    while _is_held(limit, started_on, done + 1) and _end(limit, started_on, done + 1) < day:
        done += 1
    return done


def _end(limit: Limit, started_on: date, number: int) -> date:
    return plain_day((limit.n or 0) * number, limit.unit, started_on)


def _is_held(limit: Limit, started_on: date, number: int) -> bool:
    """Whether there is such a round: one that ends within the time for which it recurs."""
    bound = limit.recurs_for
    if bound is None or bound.n is None:
        return True
    return _end(limit, started_on, number) <= plain_day(bound.n, bound.unit, started_on)
