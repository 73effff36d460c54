from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.cases.clock import Limit, Unit, due_at, due_on

DAYS = st.dates(date(2000, 1, 1), date(2100, 12, 31))
NUMBERS = st.integers(0, 400)
CALENDAR_UNITS = st.sampled_from([Unit.DAYS, Unit.MONTHS, Unit.YEARS])


@pytest.mark.parametrize(
    ("n", "unit", "start", "due"),
    [
        (7, Unit.DAYS, date(2026, 11, 22), date(2026, 11, 29)),
        (0, Unit.DAYS, date(2026, 11, 22), date(2026, 11, 22)),
        (-30, Unit.DAYS, date(2026, 3, 1), date(2026, 1, 30)),
        (6, Unit.MONTHS, date(2026, 8, 31), date(2027, 2, 28)),
        (1, Unit.MONTHS, date(2028, 1, 31), date(2028, 2, 29)),
        (1, Unit.MONTHS, date(2026, 12, 5), date(2027, 1, 5)),
        (3, Unit.MONTHS, date(2026, 2, 28), date(2026, 5, 28)),
        (-1, Unit.MONTHS, date(2026, 3, 31), date(2026, 2, 28)),
        (1, Unit.YEARS, date(2028, 2, 29), date(2029, 2, 28)),
        (5, Unit.YEARS, date(2026, 11, 22), date(2031, 11, 22)),
    ],
)
def test_due_dates_computed_by_hand(n: int, unit: Unit, start: date, due: date) -> None:
    assert due_on(Limit(n, unit), start) == due


def test_a_limit_without_a_period_has_no_due_date() -> None:
    assert due_on(Limit(None), date(2026, 11, 22)) is None
    assert due_at(Limit(None, Unit.HOURS), datetime(2026, 11, 22, tzinfo=UTC)) is None


def test_working_days_have_no_date_before_their_calendar_is_there() -> None:
    assert due_on(Limit(3, Unit.WORKING_DAYS), date(2026, 11, 22)) is None


def test_hours_end_at_a_moment_and_days_at_a_day() -> None:
    start = datetime(2026, 11, 22, 22, 30, tzinfo=UTC)
    assert due_at(Limit(8, Unit.HOURS), start) == datetime(2026, 11, 23, 6, 30, tzinfo=UTC)
    with pytest.raises(ValueError, match="due_at"):
        due_on(Limit(8, Unit.HOURS), start.date())
    with pytest.raises(ValueError, match="due_on"):
        due_at(Limit(8, Unit.DAYS), start)


@given(NUMBERS, CALENDAR_UNITS, DAYS, DAYS)
def test_a_later_start_is_never_due_earlier(n: int, unit: Unit, one: date, other: date) -> None:
    first, second = (due_on(Limit(n, unit), day) for day in sorted((one, other)))
    assert first is not None
    assert second is not None
    assert first <= second


@given(NUMBERS, CALENDAR_UNITS, DAYS)
def test_a_longer_limit_is_never_due_earlier(n: int, unit: Unit, start: date) -> None:
    shorter, longer = due_on(Limit(n, unit), start), due_on(Limit(n + 1, unit), start)
    assert shorter is not None
    assert longer is not None
    assert start <= shorter < longer


@given(st.integers(1, 400), DAYS)
def test_days_are_counted_without_the_first(n: int, start: date) -> None:
    due = due_on(Limit(n, Unit.DAYS), start)
    assert due is not None
    assert len({start + timedelta(days=i) for i in range(1, (due - start).days + 1)}) == n


@given(st.integers(-100, 400), DAYS)
def test_a_month_keeps_its_day_or_takes_the_last(n: int, start: date) -> None:
    due = due_on(Limit(n, Unit.MONTHS), start)
    assert due is not None
    assert (due.year - start.year) * 12 + due.month - start.month == n
    assert due.day == start.day or (due.day < start.day and (due + timedelta(days=1)).day == 1)


@given(NUMBERS, DAYS)
def test_a_year_is_twelve_months(n: int, start: date) -> None:
    assert due_on(Limit(n, Unit.YEARS), start) == due_on(Limit(12 * n, Unit.MONTHS), start)
