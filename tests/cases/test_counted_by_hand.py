"""Every rule of counting time (domain 2.2, 2.3) through `manage.py due`, by dates counted by hand on a paper calendar.

Off in 2026: 1-3 January, 15-23 February, 4-6 April, 1-5 May, 19-21 June, 25-27 September, 1-7 October. Worked, although
a Saturday or Sunday: 4 January, 14 and 28 February, 9 May, 20 September, 10 October. Each line says how it was counted.
"""

from datetime import date

import pytest

from tests.actors import Cast, browser_of
from tests.cases.conftest import file_one
from tests.cases.test_due_command import refused, run, told
from tests.cases.test_pauses import due_on, page_of
from tests.sync.pushing import hold

pytestmark = pytest.mark.django_db
TENTH = "2026-05-08 10 d"
"""From Friday 8 May: the 9th is the first day, Monday the 18th the tenth."""

STARTING_DAY = [
    ("2026-05-11 1 d", "2026-05-12", "Monday is not counted; Tuesday is day one"),
    ("2026-05-11 10 d", "2026-05-21", "12 is one, 21 is ten: a Thursday"),
    ("2026-05-08 1 d", "2026-05-09", "a Saturday, worked for Labour Day"),
    ("2026-05-15 1 d", "2026-05-18", "Saturday the 16th rolls to Monday"),
    ("2026-11-22 0 d", "2026-11-23", "the same day, a Sunday, rolls"),
    ("2026-11-23 0 d", "2026-11-23", "the same day, a Monday"),
    ("2026-11-22 0 wd", "2026-11-23", "the first working day from Sunday on"),
    ("2026-05-10T17:00Z 1 d", "2026-05-12", "in Beijing it is one o'clock on the 11th already"),
    ("2026-05-10T15:59Z 1 d", "2026-05-11", "in Beijing it is still the 10th"),
    ("2026-05-10T08:30 6 m", "2026-11-10", "a day's limit from a moment counts from its day"),
]
SPRING_FESTIVAL = [
    ("2026-02-12 1 d", "2026-02-13", "Friday"),
    ("2026-02-13 1 d", "2026-02-14", "a Saturday that is worked"),
    ("2026-02-13 2 d", "2026-02-24", "the 15th is off, and so are all up to the 23rd"),
    ("2026-02-13 10 d", "2026-02-24", "the 23rd is the last day off"),
    ("2026-02-13 11 d", "2026-02-24", "the 24th itself"),
    ("2026-02-14 3 wd", "2026-02-26", "24, 25, 26"),
    ("2026-02-13 3 wd", "2026-02-25", "Saturday 14, then 24, 25"),
    ("2026-02-15 1 wd", "2026-02-24", "from a day off"),
    ("2026-02-26 3 wd", "2026-03-02", "27, Saturday 28 which is worked, Monday 2 March"),
    ("2026-02-27 1 d", "2026-02-28", "a Saturday that is worked"),
    ("2026-01-17 1 m", "2026-02-24", "17 February is off"),
    ("2026-01-14 1 m", "2026-02-14", "a Saturday that is worked"),
    ("2025-08-15 6 m", "2026-02-24", "15 February is the first day off"),
    ("2026-02-14T08:00 48 h", "2026-02-16T08:00:00+08:00", "hours run through the festival"),
    ("2026-01-01 1 wd", "2026-01-04", "1 to 3 January are off, Sunday the 4th is worked"),
]
NATIONAL_DAY = [
    ("2026-04-03 6 m", "2026-10-08", "3 October is off: to the first day after the 7th"),
    ("2026-04-07 6 m", "2026-10-08", "7 October is the last day off"),
    ("2026-04-08 6 m", "2026-10-08", "8 October itself"),
    ("2026-04-10 6 m", "2026-10-10", "a Saturday that is worked"),
    ("2026-04-11 6 m", "2026-10-12", "Sunday to Monday"),
    ("2026-03-25 6 m", "2026-09-28", "25 September is Mid-autumn, then Saturday, Sunday"),
    ("2026-03-19 6 m", "2026-09-20", "Saturday the 19th rolls to Sunday, which is worked"),
    ("2026-03-20 6 m", "2026-09-20", "a Sunday that is worked"),
    ("2026-09-30 1 d", "2026-10-08", "1 October is off"),
    ("2026-09-24 4 wd", "2026-10-08", "28, 29, 30 September, 8 October"),
    ("2026-10-01 3 wd", "2026-10-10", "8, 9, Saturday 10"),
    ("2026-10-01 4 wd", "2026-10-12", "8, 9, 10, Monday 12"),
    ("2026-10-10 1 d", "2026-10-12", "Sunday the 11th is off"),
    ("2026-09-30T22:30 48 h", "2026-10-02T22:30:00+08:00", "two whole days, both of them off"),
]
MONTH_ENDS = [
    ("2026-08-31 6 m", "2027-03-01", "February 2027 has 28 days, the last a Sunday"),
    ("2023-08-31 6 m", "2024-02-29", "February 2024 has 29, the last a Thursday"),
    ("2024-01-31 1 m", "2024-02-29", "no 30th or 31st: the last day"),
    ("2025-01-31 1 m", "2025-02-28", "a Friday"),
    ("2026-01-31 1 m", "2026-02-28", "a Saturday that is worked"),
    ("2025-11-30 3 m", "2026-02-28", "the same"),
    ("2024-02-29 1 y", "2025-02-28", "2025 has no 29 February"),
    ("2024-02-29 12 m", "2025-02-28", "a year is twelve months"),
    ("2024-02-29 4 y", "2028-02-29", "2028 has one, a Tuesday"),
    ("2025-02-28 1 m", "2025-03-28", "the same day-number, not the month's end"),
    ("2026-03-31 1 m", "2026-04-30", "April has 30, a Thursday"),
    ("2026-05-31 1 m", "2026-06-30", "June has 30, a Tuesday"),
    ("2026-07-31 1 m", "2026-08-31", "August has 31, a Monday"),
    ("2025-12-31 2 m", "2026-02-28", "over the turn of the year"),
    ("2024-02-28 1 d", "2024-02-29", "a leap day is a day"),
    ("2024-02-28 2 d", "2024-03-01", "and the next one is 1 March, a Friday"),
]
COUNTED_BACK = [
    ("2026-02-25 5 d --before", "2026-02-14", "20 February is off: back to Saturday 14, which is worked"),
    ("2026-02-24 1 d --before", "2026-02-14", "23 February is off"),
    ("2026-02-24 10 d --before", "2026-02-14", "the 14th itself"),
    ("2026-02-25 3 wd --before", "2026-02-13", "24, 14, 13"),
    ("2026-10-11 5 d --before", "2026-09-30", "6 October is off: back before the 1st"),
    ("2026-10-12 3 wd --before", "2026-10-08", "Saturday 10, 9, 8"),
    ("2026-10-31 30 d --before", "2026-09-30", "1 October is off"),
    ("2026-10-31 30 d --before --no-roll", "2026-10-01", "a seal's renewal never moves"),
    ("2026-03-15 1 m --before", "2026-02-14", "15 February is off"),
    ("2026-03-30 1 m --before", "2026-02-28", "no 30 February: its last day, worked"),
    ("2024-03-31 1 m --before", "2024-02-29", "a leap day, a Thursday"),
    ("2026-05-12T09:00 48 h --before", "2026-05-10T09:00:00+08:00", "hours back, through a Sunday"),
    ("2026-10-31 30 d --before --pause 2026-10-05..2026-10-10", "2026-09-30", "no pause moves what is counted back"),
]
CUSTODY = [
    ("2026-11-07 15 d --no-roll", "2026-11-22", "a detention ends on that Sunday"),
    ("2026-11-07 15 d", "2026-11-23", "anything else would end on Monday"),
    ("2026-09-20 15 d --no-roll", "2026-10-05", "on a day off of National Day"),
    ("2026-02-02 15 d --no-roll", "2026-02-17", "on the first day of the lunar year"),
    ("2026-11-07 15 d --no-roll --pause 2026-11-10..2026-11-15", "2026-11-22", "custody never pauses"),
    ("2026-11-07 15 d --no-roll --pause 2026-11-10..", "2026-11-22", "nor while a pause is open"),
    ("2026-10-03T22:00 24 h --no-roll", "2026-10-04T22:00:00+08:00", "a questioning ends at its hour"),
    ("2023-10-04 3 y --no-roll", "2026-10-04", "a seal of three years lapses on a holiday"),
]
PAUSES = [
    (f"{TENTH} --pause 2026-05-10..2026-05-20", "2026-05-28", "18 + 10"),
    (f"{TENTH} --pause 2026-05-10..2026-05-15 --pause 2026-05-12..2026-05-20", "2026-05-28", "overlapping: 10 to 20"),
    (f"{TENTH} --pause 2026-05-10..2026-05-15 --pause 2026-05-15..2026-05-20", "2026-05-28", "adjacent: 5 + 5"),
    (f"{TENTH} --pause 2026-05-10..2026-05-20 --pause 2026-05-12..2026-05-14", "2026-05-28", "one within the other"),
    (f"{TENTH} --pause 2026-05-10..2026-05-20 --pause 2026-05-10..2026-05-20", "2026-05-28", "entered twice"),
    (f"{TENTH} --pause 2026-05-15..2026-05-20 --pause 2026-05-10..2026-05-15", "2026-05-28", "in any order"),
    (f"{TENTH} --pause 2026-04-20..2026-05-12", "2026-05-22", "cut to 8..12: four days"),
    (f"{TENTH} --pause 2026-04-20..2026-05-08", "2026-05-18", "over on the starting day: none"),
    (f"{TENTH} --pause 2026-05-12..2026-05-12", "2026-05-18", "from a day to itself: none"),
    (f"{TENTH} --pause 2026-05-18..2026-05-20", "2026-05-20", "from the last day on: two"),
    (f"{TENTH} --pause 2026-05-19..2026-05-25", "2026-05-18", "it begins after the end"),
    (f"{TENTH} --pause 2026-05-10..2026-05-20 --pause 2026-05-25..2026-05-27", "2026-06-01", "28 + 2 is a Saturday"),
    (f"{TENTH} --pause 2026-05-10..2026-05-20 --pause 2026-05-29..2026-06-05", "2026-05-28", "the second is too late"),
    (f"{TENTH} --pause 2026-05-12..", None, "open: it does not run"),
    (f"{TENTH} --pause 2026-04-01..", None, "open since before it started"),
    (f"{TENTH} --pause 2026-05-19..", "2026-05-18", "open, but it begins after the end"),
    (f"{TENTH} --pause 2026-05-10T18:00..2026-05-20T09:00", "2026-05-28", "moments of days: from the 10th to the 20th"),
    ("2026-02-02 10 d --pause 2026-02-05..2026-02-08", "2026-02-24", "12 + 3 is the 15th, off"),
    ("2026-09-21 10 d --pause 2026-09-22..2026-09-29", "2026-10-08", "1 October + 7, and no roll before that"),
    ("2026-09-21 10 d --pause 2026-09-22..2026-09-30", "2026-10-09", "1 October + 8"),
    ("2026-03-31 6 m --pause 2026-06-01..2026-06-11", "2026-10-10", "30 September + 10, a Saturday that is worked"),
    ("2026-02-12 3 wd --pause 2026-02-13..2026-02-25", "2026-02-27", "13, 14, 24 excluded: 6 working days"),
    ("2026-09-24 2 wd --pause 2026-09-30..2026-10-09", "2026-09-29", "28, 29: it begins after the end"),
    ("2026-09-24 4 wd --pause 2026-09-30..2026-10-09", "2026-10-10", "30 and 8 excluded: 28, 29, 30, 8, 9, 10"),
    ("2026-05-10T08:30 48 h --pause 2026-05-11..2026-05-12", "2026-05-13T08:30:00+08:00", "24 hours more"),
    (
        "2026-05-10T08:00 24 h --pause 2026-05-10T10:00..2026-05-10T13:00 --pause 2026-05-10T12:00..2026-05-10T14:00",
        "2026-05-11T12:00:00+08:00",
        "ten to two o'clock: four hours",
    ),
    (
        "2026-05-10T08:00 24 h --pause 2026-05-11T08:00..2026-05-12T08:00",
        "2026-05-11T08:00:00+08:00",
        "it begins at the moment at which the hours are over",
    ),
    (
        "2026-05-10T08:00 24 h --pause 2026-05-10T00:00..2026-05-10T09:30",
        "2026-05-11T09:30:00+08:00",
        "an hour and a half of it",
    ),
]
NOT_LOADED = [
    ("2027-01-04 5 d", "2027-01-11", "a Saturday to Monday, if no notice says otherwise"),
    ("2026-12-28 5 wd", "2027-01-04", "29, 30, 31, Friday 1 January as far as we know, 4"),
    ("2026-12-22 10 d", "2027-01-01", "a Friday as far as we know"),
    ("2026-08-31 6 m", "2027-03-01", "the same of a month's end"),
    ("2026-12-01 1 m --pause 2026-12-10..2026-12-12", "2027-01-04", "1 January + 2 is a Sunday"),
]
LOADED = [
    ("2026-12-21 10 d", "2026-12-31", "the last day of the last year that is loaded"),
    ("2026-12-31T20:00 8 h", "2027-01-01T04:00:00+08:00", "hours need no calendar"),
    ("2026-02-14 1 y --no-roll", "2027-02-14", "what never rolls needs none either"),
    ("2026-12-24 5 wd", "2026-12-31", "25, 28, 29, 30, 31"),
]
COUNTED = [
    *(STARTING_DAY + SPRING_FESTIVAL + NATIONAL_DAY + MONTH_ENDS),
    *(COUNTED_BACK + CUSTODY + PAUSES + NOT_LOADED + LOADED),
]


@pytest.mark.parametrize(("line", "end", "counted"), COUNTED, ids=[line for line, *_ in COUNTED])
def test_it_ends_when_a_hand_counts_it_to(line: str, end: str | None, counted: str) -> None:
    answer = told(line)
    assert answer.get("due_at", answer.get("due_on")) == end, counted
    headline = run(line).splitlines()[0]
    assert (end or "Not running")[:10] in headline, counted


def test_enough_was_counted_and_nothing_twice() -> None:
    lines = [line for line, *_ in COUNTED]
    assert len(lines) > 100
    assert {line for line in lines if lines.count(line) > 1} <= {line for line, *_ in NOT_LOADED}


@pytest.mark.parametrize("line", [line for line, *_ in NOT_LOADED])
def test_a_year_without_its_notice_makes_it_provisional(line: str) -> None:
    assert told(line)["provisional"] is True
    assert "provisional" in run(line).splitlines()[0]


@pytest.mark.parametrize("line", [line for line, *_ in LOADED])
def test_what_hangs_on_no_such_year_is_certain(line: str) -> None:
    assert told(line)["provisional"] is False


def test_x05_a_limit_that_ends_in_the_national_day_holiday_rolls_by_the_table_and_names_each_day() -> None:
    """X05: six months from 1 April end on 1 October, the first day off; 8 October is the first one worked."""
    (rolled,) = [step for step in told("2026-04-01 6 m")["explanation"] if step["code"] == "rolled"]
    assert (rolled["from_day"], rolled["to_day"]) == ("2026-10-01", "2026-10-08")
    assert [each["day"] for each in rolled["over"]] == [f"2026-10-0{day}" for day in range(1, 8)]
    assert {each["why"] for each in rolled["over"]} == {"National Day"}


def test_x05_a_case_whose_limit_ends_in_the_national_day_holiday_is_due_on_the_first_working_day(cast: Cast) -> None:
    """X05: filed on 3 April; six months end on Saturday 3 October. Thursday the 8th is the first day worked."""
    case = hold(file_one(cast, number=5, filed_on=date(2026, 4, 3)), cast.group)
    assert due_on(case) == "2026-10-08"
    nodes = browser_of(cast.director).get(f"/api/v1/cases/{case.pk}").json()["nodes"]
    steps = next(node["explanation"] for node in nodes if node["key"] == "case_limit_normal")
    (rolled,) = [step for step in steps if step["code"] == "rolled"]
    assert (rolled["from_day"], rolled["to_day"], len(rolled["over"])) == ("2026-10-03", "2026-10-08", 5)
    assert "2026-10-08" in page_of(cast, case)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("2026/05/10 6 m", "Write 2026-05-10"),
        ("2026-13-01 6 m", "Write 2026-05-10"),
        ("2025-02-29 1 y", "Write 2026-05-10"),
        ("2026-05-10T25:00 1 h", "Write 2026-05-10"),
        ("2026-05-10 6", "h, d, wd, m or y"),
        ("2026-05-10 d 6", "h, d, wd, m or y"),
        ("2026-05-10 ６ d", "h, d, wd, m or y"),
        ("2026-05-10 1 d 2 h", "h, d, wd, m or y"),
        ("2026-05-10 12345 d", "up to 9999"),
        ("2026-05-10 0 d --before", "above zero"),
        ("2026-05-10 -3 d --before", "above zero"),
        ("0001-01-02 3 d --before", "outside the years 1 to 9999"),
        ("9999-12-30 2 d", "outside the years 1 to 9999"),
        ("9999-12-31T20:00Z 1 h", "outside the years 1 to 9999"),
        ("9998-12-01 9999 wd", "outside the years 1 to 9999"),
        ("2026-05-10 6 m --pause 2026-05-10..2026-05-12..2026-05-14", "Write 2026-05-10"),
        ("2026-05-10 6 m --pause ..", "Write 2026-05-10..2026-05-20"),
        ("2026-05-10 6 m --pause 2026-05-10T09:00..2026-05-10T08:00", "ends before it begins"),
    ],
)
def test_what_cannot_be_counted_is_refused(line: str, said: str) -> None:
    assert said in refused(line)
    assert said in refused(f"{line} --json")
