"""Warning level of a running node (domain default, grade C: no national rule was found). Pure.

The level depends on today's date, so it is computed by whoever reads and is never stored in a unit.
"""

from datetime import date
from enum import StrEnum


class Level(StrEnum):
    """Rising severity; the order of the members is the order of care."""

    NORMAL = "NORMAL"
    NOTICE = "NOTICE"
    WARN = "WARN"
    DUE = "DUE"
    OVERDUE = "OVERDUE"
    SEVERE = "SEVERE"

    @property
    def rank(self) -> int:
        return list(Level).index(self)


def warning_level(*, started_on: date, due_on: date | None, today: date, is_statutory: bool) -> Level:
    """`NORMAL` without a due date. A statutory limit is SEVERE from its first day past."""
    if due_on is None:
        return Level.NORMAL
    length = max((due_on - started_on).days, 0)
    remaining = (due_on - today).days
    if remaining < 0:
        return _level_past(past=-remaining, length=length, is_statutory=is_statutory)
    if remaining == 0:
        return Level.DUE
    if remaining <= max(1, 0.1 * length):
        return Level.WARN
    if length > 3 and remaining <= max(3, 0.3 * length):
        return Level.NOTICE
    return Level.NORMAL


def _level_past(*, past: int, length: int, is_statutory: bool) -> Level:
    is_severe = is_statutory or past > 7 or past > 0.5 * length
    return Level.SEVERE if is_severe else Level.OVERDUE
