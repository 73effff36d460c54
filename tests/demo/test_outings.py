"""The plan of past acts: the same for the same day, in nobody's future, and nobody in two places."""

from collections import Counter
from datetime import date, timedelta

import pytest

from demo.city import cases
from demo.outings import ACTS, LAST_DAYS, Course, Outing, Quality, by_officer_and_day, courses

DAYS = [date(2026, 11, 22), date(2027, 3, 5), date(2027, 7, 1), date(2028, 2, 29)]


def planned(today: date) -> tuple[list[Course], list[Outing]]:
    made = courses(cases(today), today)
    return made, [act for course in made for act in course.acts]


@pytest.mark.parametrize("today", DAYS, ids=str)
def test_a_few_dozen_acts_of_many_kinds_lie_in_the_last_weeks(today: date) -> None:
    made, acts = planned(today)
    assert len(made) == 200
    assert 30 <= len(acts) <= ACTS + 6
    assert len({act.kind for act in acts}) >= 9
    assert len({act.case.court_code for act in acts}) >= 4
    assert all(timedelta() < today - act.ended_at.date() <= timedelta(LAST_DAYS) for act in acts)
    assert not any(course.acts for course in made if course.case.closing_mode)


@pytest.mark.parametrize("today", DAYS, ids=str)
def test_some_acts_lack_something_and_one_its_photographs(today: date) -> None:
    qualities = Counter(act.quality for act in planned(today)[1])
    assert qualities[Quality.HURRIED] >= 4
    assert qualities[Quality.AWAITED] == 1
    assert qualities[Quality.FULL] > qualities[Quality.HURRIED]


@pytest.mark.parametrize("today", DAYS, ids=str)
def test_an_officer_is_in_one_place_at_a_time(today: date) -> None:
    acts = planned(today)[1]
    assert len({(act.case.court_code, act.case.executor, act.ended_at) for act in acts}) == len(acts)
    days = by_officer_and_day(planned(today)[0])
    assert [act for day in days for act in day] == sorted(
        acts, key=lambda act: (act.ended_at.date(), act.case.court_code, act.case.executor, act.ended_at)
    )


@pytest.mark.parametrize("today", DAYS, ids=str)
def test_a_step_is_told_by_the_desk_or_by_an_act_and_a_stopped_case_waits(today: date) -> None:
    for course in planned(today)[0]:
        assert not {act.event for act in course.acts if act.event} & {step.event for step in course.desk}
        last = course.acts[-1] if course.acts else None
        if last and last.event and last.quality is not Quality.FULL:
            told_on = (last.ended_at.date() - course.case.filed_on).days
            assert all(step.day <= told_on or step.event == "detention_ended" for step in course.desk)


def test_the_plan_is_the_same_whenever_it_is_asked_for() -> None:
    assert planned(DAYS[0]) == planned(DAYS[0])
