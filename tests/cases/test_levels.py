"""Levels of domain.md 5.2: a day's level is checked against the table, a course of turns against the days."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.cases.counting import as_moment
from server.cases.levels import Level, Term, Turn, level_at, next_turn, turns, warning_level

START = date(2026, 11, 2)


def level(remaining: int, length: int, *, is_statutory: bool = False) -> Level:
    due_on = START + timedelta(days=length)
    return warning_level(
        started_on=START, due_on=due_on, today=due_on - timedelta(days=remaining), is_statutory=is_statutory
    )


@pytest.mark.parametrize(
    ("remaining", "length", "expected"),
    [
        (10, 30, Level.NORMAL),
        (9, 30, Level.NOTICE),
        (4, 30, Level.NOTICE),
        (3, 30, Level.WARN),
        (1, 30, Level.WARN),
        (0, 30, Level.DUE),
        (-1, 30, Level.OVERDUE),
        (-7, 30, Level.OVERDUE),
        (-8, 30, Level.SEVERE),
        (4, 7, Level.NORMAL),
        (3, 7, Level.NOTICE),
        (2, 7, Level.NOTICE),
        (1, 7, Level.WARN),
        (-3, 7, Level.OVERDUE),
        (-4, 7, Level.SEVERE),  # more than half of seven days
        (3, 4, Level.NOTICE),
        (3, 3, Level.NORMAL),  # three days or fewer skip NOTICE
        (2, 3, Level.NORMAL),
        (1, 3, Level.WARN),
        (-1, 3, Level.OVERDUE),
        (-2, 3, Level.SEVERE),
        (0, 0, Level.DUE),
        (-1, 1, Level.SEVERE),
        (54, 180, Level.NOTICE),
        (55, 180, Level.NORMAL),
        (18, 180, Level.WARN),
        (19, 180, Level.NOTICE),
    ],
)
def test_levels_are_those_of_the_table(remaining: int, length: int, expected: Level) -> None:
    assert level(remaining, length) == expected


@pytest.mark.parametrize("length", [3, 30, 180])
def test_a_statutory_limit_is_severe_from_its_first_day_past(length: int) -> None:
    assert level(-1, length, is_statutory=True) == Level.SEVERE
    assert level(0, length, is_statutory=True) == Level.DUE


def test_without_a_due_date_nothing_ever_turns() -> None:
    assert turns(Term(as_moment(START), None, True, START)) == ()
    assert warning_level(started_on=START, due_on=None, today=START, is_statutory=True) == Level.NORMAL


@given(length=st.integers(0, 800), day=st.integers(-850, 60), is_statutory=st.booleans())
def test_the_turns_of_a_term_give_the_level_of_every_day(length: int, day: int, is_statutory: bool) -> None:
    due_on = START + timedelta(days=length)
    course = turns(Term(as_moment(START), due_on, is_statutory, START))
    today = due_on + timedelta(days=day)
    at_noon = as_moment(today) + timedelta(hours=12)
    expected = warning_level(started_on=START, due_on=due_on, today=today, is_statutory=is_statutory)
    assert level_at(course, at_noon) == expected
    following = next_turn(course, at_noon)
    if following is not None:
        before = following - timedelta(seconds=1)
        assert level_at(course, before) == expected
        assert level_at(course, following).rank > expected.rank


def moment(day: int, hour: int) -> datetime:
    """Of November 2026, as clocks in China show it."""
    return datetime(2026, 11, day, hour, tzinfo=UTC) - timedelta(hours=8)


def by_the_hour(hours: int, *, is_statutory: bool = True) -> tuple[Turn, ...]:
    started, ends = moment(2, 10), moment(2, 10) + timedelta(hours=hours)
    due_on = (ends + timedelta(hours=8)).date()
    return turns(Term(started, due_on, is_statutory, date(2026, 11, 2), ends))


def test_forty_eight_hours_warn_the_day_before_are_due_on_the_day_and_over_at_the_hour() -> None:
    assert by_the_hour(48) == (
        Turn(moment(3, 0), Level.WARN),
        Turn(moment(4, 0), Level.DUE),
        Turn(moment(4, 10), Level.OVERDUE),
        Turn(moment(5, 10), Level.SEVERE),
    )


def test_twenty_four_hours_are_severe_after_half_of_them_again() -> None:
    course = by_the_hour(24)
    assert level_at(course, moment(2, 10)) == Level.WARN
    assert level_at(course, moment(3, 9)) == Level.DUE
    assert level_at(course, moment(3, 10)) == Level.OVERDUE
    assert level_at(course, moment(3, 22)) == Level.SEVERE


def test_a_long_limit_in_hours_that_no_statute_sets_has_seven_days_of_grace() -> None:
    course = by_the_hour(480, is_statutory=False)
    assert course[-2:] == (Turn(moment(22, 10), Level.OVERDUE), Turn(moment(29, 10), Level.SEVERE))
