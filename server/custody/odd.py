"""When readings are odd: a question to be looked at, never a finding of guilt. Pure; the numbers are ours (C)."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
NIGHT_BEGINS, NIGHT_ENDS = 22, 6
TAKEN = frozenset({"download", "print", "export"})
DAY = 24 * 60


@dataclass(frozen=True, slots=True)
class Seen:
    """A reading as it is judged."""

    id: UUID
    officer_id: UUID
    case_id: UUID | None
    purpose: str
    in_hand: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class Rule:
    """So many different things within so many minutes."""

    key: str
    at_least: int
    minutes: int
    counts: Callable[[Seen], bool]
    apart: Callable[[Seen], object]
    """What makes two readings count twice."""


def _is_refused(seen: Seen) -> bool:
    return seen.purpose == "refused"


def _is_of_a_case(seen: Seen) -> bool:
    return seen.case_id is not None and not _is_refused(seen)


def _is_not_in_hand(seen: Seen) -> bool:
    return _is_of_a_case(seen) and not seen.in_hand


def _is_at_night(seen: Seen) -> bool:
    hour = seen.at.astimezone(SHANGHAI).hour
    return hour >= NIGHT_BEGINS or hour < NIGHT_ENDS


def _is_taken(seen: Seen) -> bool:
    return seen.purpose in TAKEN


def _case(seen: Seen) -> object:
    return seen.case_id


def _itself(seen: Seen) -> object:
    return seen.id


def _reader(seen: Seen) -> object:
    return seen.officer_id


OF_ONE_READER = (
    Rule("many_cases", 40, 60, _is_of_a_case, _case),
    Rule("at_night", 10, DAY, _is_at_night, _itself),
    Rule("not_in_hand", 80, DAY, _is_not_in_hand, _case),
    Rule("taken_in_bulk", 30, 60, _is_taken, _itself),
    Rule("refused", 3, DAY, _is_refused, _itself),
)
SAME_DEBTOR = Rule("same_debtor", 5, DAY, _is_not_in_hand, _reader)
"""So many who do not work on his cases look one debtor up."""


def thresholds(text: str) -> Mapping[str, int]:
    """`many_cases=60,at_night=0` as numbers, where 0 switches a rule off. Raises ValueError naming what is no rule."""
    known = {rule.key for rule in (*OF_ONE_READER, SAME_DEBTOR)}
    chosen: dict[str, int] = {}
    for part in filter(None, map(str.strip, text.split(","))):
        key, _equals, number = part.partition("=")
        if key not in known or not number.isdecimal():
            raise ValueError(f"{part!r}: write RULE=NUMBER, with one of {', '.join(sorted(known))}")
        chosen[key] = int(number)
    return chosen


def as_set(rule: Rule, chosen: Mapping[str, int]) -> Rule:
    return replace(rule, at_least=chosen.get(rule.key, rule.at_least))


def odd(rule: Rule, seen: Sequence[Seen]) -> list[Seen]:
    """Those of any stretch of the rule's minutes in which its number is reached, in the order of their times."""
    if not rule.at_least:
        return []
    chosen = sorted(filter(rule.counts, seen), key=lambda each: (each.at, each.id))
    span, begin, marked = timedelta(minutes=rule.minutes), 0, set[int]()
    counted: Counter[object] = Counter()
    for end, each in enumerate(chosen):
        counted[rule.apart(each)] += 1
        while each.at - chosen[begin].at >= span:
            counted -= Counter([rule.apart(chosen[begin])])
            begin += 1
        if len(counted) >= rule.at_least:
            marked.update(range(begin, end + 1))
    return [chosen[index] for index in sorted(marked)]
