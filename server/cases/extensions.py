"""Extensions of a limit, and whether each is valid. Pure.

Sources: 法发〔2006〕35号 art 1 (A), 法释〔2000〕29号 art 5 (A, second-hand).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from server.cases.explanation import Due, Step, step
from server.cases.limits import Unit, plain_day

ASK_BEFORE_DAYS = 5
LONGEST_MONTHS = 3
"""By which one extension may move the date with the president's approval, reported to the high court."""
LEVELS = ("VICE_PRESIDENT", "PRESIDENT", "HIGHER_COURT")
"""Who approves, rising; each further extension needs more than the last (C)."""


@dataclass(frozen=True)
class Extension:
    asked_on: date
    approved_by: str
    new_due: date
    level: str = "VICE_PRESIDENT"


@dataclass(frozen=True)
class Judged:
    extension: Extension
    faults: tuple[Step, ...]
    """Why it is not valid, each with its values; none where it is."""

    @property
    def is_valid(self) -> bool:
        return not self.faults


def extended(found: Due, chain: Sequence[Extension], *, times: int | None = None) -> tuple[Due, tuple[Judged, ...]]:
    """The due date after the extensions that are valid, and what became of each, in order.

    Each is judged against the date that the valid ones before it made; an invalid one moves nothing. `times`: how many
    the limit allows at all. A clock that stands still has no expiry to be extended from.
    """
    judged: list[Judged] = []
    for extension in chain:
        valid = [each.extension for each in judged if each.is_valid]
        one = Judged(extension, tuple(_faults(extension, valid, found.due_on, times)))
        judged.append(one)
        if one.is_valid:
            found = _moved(found, extension)
    return found, tuple(judged)


def _moved(found: Due, extension: Extension) -> Due:
    told = step("extended", asked_on=extension.asked_on, approved_by=extension.approved_by, to_day=extension.new_due)
    return replace(found.explained(told), due_on=extension.new_due)


def _faults(extension: Extension, before: Sequence[Extension], due_on: date | None, times: int | None) -> list[Step]:
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
        (times is not None and len(before) >= times, step("too_often", times=times)),
        (bool(before) and not _is_higher(extension, before[-1:]), step("needs_higher_level", level=extension.level)),
    )
    return [fault for is_fault, fault in checks if is_fault]


def _is_higher(extension: Extension, last: Sequence[Extension]) -> bool:
    ranks = {level: rank for rank, level in enumerate(LEVELS)}
    return all(ranks.get(extension.level, -1) > ranks[each.level] for each in last)
