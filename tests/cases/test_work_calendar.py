from datetime import date, timedelta

import chinese_calendar
from hypothesis import given
from hypothesis import strategies as st

from server.cases.calendar_notice import library_calendar
from server.cases.work_calendar import WEEKDAYS_ONLY

CALENDAR = library_calendar()
KNOWN = st.dates(date(2004, 1, 1), date(2026, 12, 31))


def test_it_agrees_with_the_library_on_every_day_of_2026() -> None:
    days = [date(2026, 1, 1) + timedelta(days=number) for number in range(365)]
    assert [day for day in days if CALENDAR.is_working_day(day) != chinese_calendar.is_workday(day)] == []
    assert sum(map(CALENDAR.is_working_day, days)) == 248


@given(KNOWN)
def test_it_agrees_with_the_library_on_any_day(day: date) -> None:
    assert CALENDAR.is_working_day(day) == chinese_calendar.is_workday(day)


def test_make_up_days_are_worked_and_holidays_on_weekdays_are_not() -> None:
    for worked in (date(2026, 2, 14), date(2026, 2, 28), date(2026, 9, 20), date(2026, 10, 10)):
        assert worked.weekday() >= 5
        assert CALENDAR.is_working_day(worked)
    assert not CALENDAR.is_working_day(date(2026, 2, 23))
    assert CALENDAR.why_off(date(2026, 10, 1)) == "National Day"
    assert CALENDAR.why_off(date(2026, 10, 11)) == "Weekend"


def test_a_year_without_its_notice_is_not_loaded() -> None:
    assert (CALENDAR.is_loaded(2026), CALENDAR.is_loaded(2027)) == (True, False)
    assert CALENDAR.years_not_loaded(date(2028, 1, 1), date(2026, 12, 31)) == (2027, 2028)
    assert WEEKDAYS_ONLY.is_working_day(date(2026, 10, 1))


@given(KNOWN, st.integers(1, 60))
def test_the_nth_working_day_has_n_working_days_up_to_it(start: date, n: int) -> None:
    day = CALENDAR.working_day(start, n)
    assert CALENDAR.is_working_day(day)
    assert CALENDAR.count_working_days(start + timedelta(days=1), day + timedelta(days=1)) == n
    back = CALENDAR.working_day(start, -n)
    assert CALENDAR.count_working_days(back, start) == n


@given(KNOWN)
def test_a_roll_lands_on_a_working_day_with_none_in_between(day: date) -> None:
    later, earlier = CALENDAR.on_or_after(day), CALENDAR.on_or_before(day)
    assert CALENDAR.is_working_day(later)
    assert CALENDAR.is_working_day(earlier)
    assert CALENDAR.count_working_days(day, later) == 0
    assert CALENDAR.count_working_days(earlier, day) == (earlier < day)
