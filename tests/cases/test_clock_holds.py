"""What holds of the clock for any dates and pauses, beside a second counting: day by day, by the definition alone."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from server.cases.calendar_notice import library_calendar
from server.cases.clock import Terms, due, earliest, recurring
from server.cases.counting import as_moment
from server.cases.explanation import Due
from server.cases.extensions import Extension, prolonged
from server.cases.limits import Limit, Unit
from server.cases.pauses import Pause
from server.common.clock import SHANGHAI

CALENDAR = library_calendar()
ONE = timedelta(days=1)
STARTS = st.dates(date(2005, 1, 1), date(2025, 6, 30))
SPANS = st.lists(st.tuples(st.integers(-20, 60), st.integers(0, 25)), max_size=5)
Spans = list[tuple[int, int]]


def pauses_of(start: date, spans: Spans) -> tuple[Pause, ...]:
    return tuple(Pause(start + first * ONE, start + (first + length) * ONE) for first, length in spans)


def counted(limit: Limit, start: date, pauses: tuple[Pause, ...] = (), *, rolls: bool = True) -> Due:
    return due(limit, start, Terms(CALENDAR, pauses, rolls=rolls))


def day_of(limit: Limit, start: date, pauses: tuple[Pause, ...] = ()) -> date:
    found = counted(limit, start, pauses).due_on
    assert found is not None
    return found


def working(day: date) -> bool:
    return CALENDAR.is_working_day(day)


def rolled(day: date) -> date:
    while not working(day):
        day += ONE
    return day


def blocks(spans: Spans) -> Spans:
    """The same as pauses of which none touches another."""
    whole: Spans = []
    for first, length in sorted(spans):
        if whole and first <= sum(whole[-1]):
            whole[-1] = (whole[-1][0], max(sum(whole[-1]), first + length) - whole[-1][0])
        else:
            whole.append((first, length))
    return whole


def excluded_by_definition(start: date, spans: Spans, end_after: "dict[int, date]") -> set[date]:
    """The union of what lies in the window; the window grows with it until nothing more comes in."""
    taken, spans = set[date](), blocks(spans)
    while True:
        end = end_after[len(taken)]
        reach = (span for span in spans if start + span[0] * ONE <= end)
        days = {start + number * ONE for first, length in reach for number in range(max(first, 0), first + length)}
        if days == taken:
            return taken
        taken = days


@given(st.integers(0, 60), STARTS, SPANS)
def test_days_with_pauses_are_the_raw_end_and_the_union_and_one_roll(n: int, start: date, spans: Spans) -> None:
    ends = {size: rolled(start + (n + size) * ONE) for size in range(300)}
    taken = excluded_by_definition(start, spans, ends)
    assert day_of(Limit(n), start, pauses_of(start, spans)) == rolled(start + (n + len(taken)) * ONE)


@given(st.integers(1, 20), STARTS, SPANS)
def test_working_days_with_pauses_are_walked_one_by_one(n: int, start: date, spans: Spans) -> None:
    def nth(number: int) -> date:
        day = start
        while number:
            day += ONE
            number -= working(day)
        return day

    end, taken, spans = nth(n), set[date](), blocks(spans)
    while True:
        reach = (span for span in spans if start + span[0] * ONE <= end)
        days = {start + each * ONE for first, length in reach for each in range(max(first, 0), first + length)}
        if days == taken:
            break
        taken, end = days, nth(n + sum(map(working, days)))
    assert day_of(Limit(n, Unit.WORKING_DAYS), start, pauses_of(start, spans)) == end


@given(st.integers(0, 60), STARTS, SPANS, st.tuples(st.integers(-20, 60), st.integers(0, 25)))
def test_a_further_pause_never_ends_it_earlier(n: int, start: date, spans: Spans, more: tuple[int, int]) -> None:
    for unit in (Unit.DAYS, Unit.WORKING_DAYS):
        before = day_of(Limit(n, unit), start, pauses_of(start, spans))
        assert day_of(Limit(n, unit), start, pauses_of(start, [*spans, more])) >= before


@given(st.integers(0, 60), STARTS, st.integers(-20, 40), st.integers(0, 20), st.integers(0, 20), st.integers(0, 10))
def test_a_pause_told_in_pieces_counts_as_one(
    n: int, start: date, first: int, one: int, other: int, overlap: int
) -> None:
    whole = [(first, one + other)]
    pieces = [(first, one), (first + max(one - overlap, 0), other + min(one, overlap)), (first, 0)]
    for unit in (Unit.DAYS, Unit.WORKING_DAYS):
        limit = Limit(n, unit)
        assert day_of(limit, start, pauses_of(start, whole)) == day_of(limit, start, pauses_of(start, pieces))


def test_a_pause_in_pieces_that_begins_while_the_end_waits_for_a_working_day_counts_as_one_too() -> None:
    """From 6 May 2026 ten days end on Saturday 16, so on Monday 18; three excluded from the 17th on: 16 + 3."""
    start = date(2026, 5, 6)
    whole = (Pause(date(2026, 5, 17), date(2026, 5, 20)),)
    pieces = (Pause(date(2026, 5, 17), date(2026, 5, 19)), Pause(date(2026, 5, 19), date(2026, 5, 20)))
    assert day_of(Limit(10), start) == date(2026, 5, 18)
    assert day_of(Limit(10), start, whole) == day_of(Limit(10), start, pieces) == date(2026, 5, 19)


def test_no_working_day_at_all_ends_on_the_first_one_and_a_pause_moves_it_on() -> None:
    """Saturday 16 May 2026: Monday the 18th; with that Monday excluded Tuesday."""
    none = Limit(0, Unit.WORKING_DAYS)
    assert day_of(none, date(2026, 5, 16)) == date(2026, 5, 18)
    assert day_of(none, date(2026, 5, 16), (Pause(date(2026, 5, 18), date(2026, 5, 19)),)) == date(2026, 5, 19)


@given(st.integers(0, 500), STARTS, SPANS, st.sampled_from([Unit.DAYS, Unit.MONTHS]))
def test_what_never_rolls_never_pauses_either(n: int, start: date, spans: Spans, unit: Unit) -> None:
    n = n if unit is Unit.DAYS else n % 24
    end = earliest(Limit(n, unit), start)
    assert counted(Limit(n, unit), start, pauses_of(start, spans), rolls=False).due_on == end
    assert day_of(Limit(n, unit), start) == rolled(end)


@given(st.integers(1, 60), STARTS, st.integers(0, 30), st.sampled_from([Unit.DAYS, Unit.MONTHS, Unit.WORKING_DAYS]))
def test_counted_back_a_later_day_is_never_earlier_and_a_longer_way_never_later(
    n: int, day: date, later: int, unit: Unit
) -> None:
    n = n if unit is not Unit.MONTHS else 1 + n % 11
    end = day_of(Limit(-n, unit), day)
    assert working(end)
    assert end < day
    assert end <= day_of(Limit(-n, unit), day + later * ONE)
    assert day_of(Limit(-n - 1, unit), day) <= end


MOMENTS = st.datetimes(datetime(2005, 1, 1), datetime(2026, 6, 30)).map(lambda at: at.replace(tzinfo=UTC))  # noqa: DTZ001
HOURS = st.lists(st.tuples(st.integers(-600, 4000), st.integers(0, 900)), max_size=5)


@given(st.integers(0, 72), MOMENTS, HOURS)
def test_hours_are_walked_minute_by_minute(n: int, start: datetime, spans: Spans) -> None:
    minute = timedelta(minutes=1)
    pauses = tuple(Pause(start + first * minute, start + (first + length) * minute) for first, length in spans)
    left, at = n * 60, 0
    while left:
        is_paused = any(first <= at < first + length for first, length in spans)
        left, at = left - (not is_paused), at + 1
    assert due(Limit(n, Unit.HOURS), start, Terms(CALENDAR, pauses)).due_at == start + at * minute


@given(MOMENTS, st.integers(0, 60))
def test_a_moment_says_the_same_in_whatever_zone_it_is_written(moment: datetime, n: int) -> None:
    in_beijing = moment.astimezone(SHANGHAI)
    assert due(Limit(n), moment, Terms(CALENDAR)).due_on == due(Limit(n), in_beijing, Terms(CALENDAR)).due_on
    assert due(Limit(n), moment, Terms(CALENDAR)).due_on == day_of(Limit(n), in_beijing.date())
    hours = Limit(n, Unit.HOURS)
    assert due(hours, moment, Terms(CALENDAR)).due_at == due(hours, in_beijing, Terms(CALENDAR)).due_at


@given(st.integers(1, 60), STARTS, SPANS, st.integers(0, 40), st.integers(1, 90))
def test_an_extension_never_ends_it_earlier(n: int, start: date, spans: Spans, asked: int, longer: int) -> None:
    terms = Terms(CALENDAR, pauses_of(start, spans))
    found = due(Limit(n), start, terms)
    assert found.due_on
    granted = Extension(found.due_on - (5 + asked) * ONE, "院长", found.due_on + longer * ONE)
    moved = prolonged(found, [granted], terms).due_on
    assert moved is not None
    assert moved >= found.due_on
    assert moved >= granted.new_due


@given(st.integers(1, 40), STARTS, st.sampled_from([Unit.DAYS, Unit.MONTHS]))
def test_what_recurs_never_goes_back_and_is_never_early(n: int, start: date, unit: Unit) -> None:
    limit = Limit(n if unit is Unit.DAYS else 1 + n % 6, unit, is_recurring=True, recurs_for=Limit(1, Unit.YEARS))
    dates = [each.due_on for each in recurring(limit, start, Terms(CALENDAR)) if each.due_on]
    assert dates == sorted(dates)
    for number, day in enumerate(dates, 1):
        assert limit.n
        assert day >= earliest(Limit(limit.n * number, unit), start)


@given(st.integers(0, 60), STARTS, SPANS)
def test_the_steps_add_up_to_the_end(n: int, start: date, spans: Spans) -> None:
    found = counted(Limit(n), start, pauses_of(start, spans))
    steps = {step.code: step.values for step in found.steps}
    excluded = sum(step.values["n"] for step in found.steps if step.code == "paused")
    assert steps["raw_end"]["at"] == start + n * ONE
    assert excluded == (steps["excluded"]["n"] if "excluded" in steps else 0)
    last = start + (n + excluded) * ONE
    assert ("rolled" in steps) is not working(last)
    if "rolled" in steps:
        assert (steps["rolled"]["from_day"], steps["rolled"]["to_day"]) == (last, found.due_on)
    assert steps["ends"]["at"] == found.due_on


@given(STARTS)
def test_a_day_begins_at_midnight_in_beijing(day: date) -> None:
    moment = as_moment(day).astimezone(SHANGHAI)
    assert (moment.date(), moment.hour, moment.minute) == (day, 0, 0)
