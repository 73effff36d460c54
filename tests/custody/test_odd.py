"""Rules for odd readings, without a database."""

from datetime import UTC, datetime, timedelta
from itertools import count
from uuid import UUID

import pytest

from server.custody.odd import OF_ONE_READER, SAME_DEBTOR, Rule, Seen, as_set, odd, thresholds

RULES = {rule.key: rule for rule in (*OF_ONE_READER, SAME_DEBTOR)}
NOON = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
_ids = count(1)


def seen(minutes: float = 0, case: int = 1, *, purpose: str = "view", mine: bool = False, reader: int = 1) -> Seen:
    at = NOON + timedelta(minutes=minutes)
    return Seen(UUID(int=next(_ids)), UUID(int=reader), UUID(int=case), purpose, mine, at)


def rule(key: str, at_least: int) -> Rule:
    return as_set(RULES[key], {key: at_least})


def test_many_cases_are_different_ones_within_the_hour() -> None:
    three = rule("many_cases", 3)
    assert odd(three, [seen(0, 1), seen(30, 2), seen(59.9, 3)])
    assert not odd(three, [seen(0, 1), seen(30, 2), seen(60, 3)]), "an hour apart"
    assert not odd(three, [seen(0, 1), seen(1, 1), seen(2, 2)]), "one of them twice"


def test_all_of_the_stretch_are_named_and_none_before_or_after_it() -> None:
    before, *stretch, after = [seen(0, 9), seen(100, 1), seen(110, 2), seen(120, 3), seen(200, 8)]
    assert odd(rule("many_cases", 3), [after, *stretch, before]) == stretch


@pytest.mark.parametrize(("hour", "is_night"), [(21, False), (22, True), (23, True), (0, True), (5, True), (6, False)])
def test_night_is_from_ten_to_six_in_china(hour: int, is_night: bool) -> None:
    minutes = (hour - 12) * 60 + 59
    assert bool(odd(rule("at_night", 2), [seen(minutes - 58), seen(minutes)])) is is_night


def test_cases_in_hand_are_nobody_s_business() -> None:
    assert odd(rule("not_in_hand", 2), [seen(0, 1), seen(1, 2)])
    assert not odd(rule("not_in_hand", 2), [seen(0, 1), seen(1, 2, mine=True)])


def test_downloads_prints_and_exports_count_together_and_views_do_not() -> None:
    taken = [seen(0, purpose="download"), seen(1, purpose="print"), seen(2, purpose="export"), seen(3)]
    assert odd(rule("taken_in_bulk", 3), taken) == taken[:3]
    assert not odd(rule("taken_in_bulk", 4), taken)


def test_what_was_refused_counts_for_its_own_rule_alone() -> None:
    refused = [seen(minute, minute, purpose="refused") for minute in range(3)]
    assert odd(rule("refused", 3), refused) == refused
    assert not odd(rule("many_cases", 3), refused)


def test_one_debtor_wants_different_readers() -> None:
    assert odd(rule("same_debtor", 2), [seen(reader=1), seen(reader=2)])
    assert not odd(rule("same_debtor", 2), [seen(reader=1), seen(5, reader=1), seen(reader=2, mine=True)])


def test_a_rule_of_zero_is_off() -> None:
    assert not odd(rule("refused", 0), [seen(purpose="refused")])


@pytest.mark.parametrize("text", ["many_case=3", "many_cases", "many_cases=-1", "many_cases=x", "=3"])
def test_numbers_that_are_none_are_refused_by_name(text: str) -> None:
    with pytest.raises(ValueError, match="RULE=NUMBER"):
        thresholds(text)


def test_numbers_are_read() -> None:
    assert thresholds("") == {}
    assert thresholds("many_cases=60, at_night=0") == {"many_cases": 60, "at_night": 0}
