"""Extensions of a limit: whether one may be granted, and what it makes of the date. Pure.

Sources: 法发〔2006〕35号 art 1 (A), 法释〔2000〕29号 art 5 (A, second-hand).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from server.cases.clock import Terms, due
from server.cases.explanation import Due, Step, step
from server.cases.limits import Limit, Unit, plain_day

ASK_BEFORE_DAYS = 5
LONGEST_MONTHS = 3
"""By which one extension may move the date with the president's approval, reported to the high court."""
LEVELS = ("VICE_PRESIDENT", "PRESIDENT", "HIGHER_COURT")
"""Who approves, rising; each further extension needs more than the last (C)."""
_MOVING = frozenset({"paused", "not_running", "excluded", "rolled", "provisional"})


@dataclass(frozen=True)
class Extension:
    asked_on: date
    approved_by: str
    new_due: date
    level: str = "VICE_PRESIDENT"


def faults_of(extension: Extension, before: Sequence[Extension], due_on: date | None) -> list[Step]:
    """Why it may not be granted, each with its values; none where it may.

    `due_on` is the date as those `before` it made it. A clock that stands still has no expiry to be extended from.
    """
    if due_on is None:
        return [step("nothing_to_extend")]
    latest = due_on - timedelta(days=ASK_BEFORE_DAYS)
    longest = plain_day(LONGEST_MONTHS, Unit.MONTHS, due_on)
    checks = (
        (extension.asked_on > latest, step("asked_too_late", asked_on=extension.asked_on, latest=latest)),
        (not extension.approved_by, step("nobody_approved")),
        (extension.level not in LEVELS, step("level_unknown", level=extension.level)),
        (extension.new_due <= due_on, step("not_later", new_due=extension.new_due, due_on=due_on)),
        (extension.new_due > longest, step("too_long", new_due=extension.new_due, longest=longest)),
        (bool(before) and not _is_higher(extension, before[-1]), step("needs_higher_level", level=extension.level)),
    )
    return [fault for is_fault, fault in checks if is_fault]


def faults_by_limit(before: int, times: int, due_on: date | None) -> list[Step]:
    """The same of a limit that says itself by how much it is prolonged, and how often."""
    if due_on is None:
        return [step("nothing_to_extend")]
    return [step("too_often", times=times)] if before >= times else []


def _is_higher(extension: Extension, last: Extension) -> bool:
    ranks = {level: rank for rank, level in enumerate(LEVELS)}
    return ranks.get(extension.level, -1) > ranks[last.level]


def prolonged(found: Due, granted: Sequence[Extension], terms: Terms) -> Due:
    """The date after what was granted. Granted once it stands, whatever the date under it does afterwards.

    The days from the asking to the new date are a limit like any other: a pause within them is excluded, and the last
    day rolls. What would end before the limit itself changes nothing.
    """
    for each in granted:
        if not found.is_running or found.due_on is None:
            return found
        found = _moved(found, each, terms)
    return found


def _moved(found: Due, extension: Extension, terms: Terms) -> Due:
    fresh = due(Limit((extension.new_due - extension.asked_on).days), extension.asked_on, terms)
    is_earlier = fresh.due_on is not None and found.due_on is not None and fresh.due_on <= found.due_on
    if is_earlier:
        return found
    told = step("extended", asked_on=extension.asked_on, approved_by=extension.approved_by, to_day=extension.new_due)
    moved = (each for each in fresh.steps if each.code in _MOVING)
    return replace(fresh, is_wait=found.is_wait, steps=(*found.steps, told, *moved))
