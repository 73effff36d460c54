from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.cases.calendar_notice import library_calendar
from server.cases.clock import Terms, due, earlier_of, earliest, opens_on, recurring
from server.cases.explanation import Due
from server.cases.limits import Limit, Unit, parse_limit
from server.cases.pauses import LIST_2006, Pause, reasons_counted
from server.common.clock import SHANGHAI

CALENDAR = library_calendar()
TERMS = Terms(CALENDAR)
MOMENT = datetime(2026, 5, 10, 8, 30, tzinfo=SHANGHAI)
STARTS = st.dates(date(2005, 1, 1), date(2025, 6, 30))
ROLLED = st.sampled_from([Unit.DAYS, Unit.MONTHS, Unit.YEARS, Unit.WORKING_DAYS])


def at(text: str) -> date:
    return date.fromisoformat(text)


def due_on(limit: str, start: str, *pauses: str, **terms: Any) -> date | None:
    return with_pauses(limit, start, *pauses, **terms).due_on


def with_pauses(limit: str, start: str, *pauses: str, **terms: Any) -> Due:
    return due(parse_limit(limit), at(start), Terms(CALENDAR, tuple(map(pause, pauses)), **terms))


def pause(text: str) -> Pause:
    began, _, ended = text.partition("..")
    return Pause(at(began), at(ended) if ended else None, "SUSPENDED")


def codes(found: Due) -> list[str]:
    return [step.code for step in found.steps]


@pytest.mark.parametrize(
    ("limit", "start", "end"),
    [
        # Spring Festival 2026: off 15 to 23 February, worked on Saturdays 14 and 28
        ("10 d", "2026-02-05", "2026-02-24"),
        ("1 m", "2026-01-15", "2026-02-24"),
        ("1 m", "2026-01-14", "2026-02-14"),
        ("1 m", "2026-01-31", "2026-02-28"),
        ("3 wd", "2026-02-12", "2026-02-24"),
        ("2 wd", "2026-02-12", "2026-02-14"),
        # National Day 2026: off 25 to 27 September and 1 to 7 October, worked on 20 September and 10 October
        ("6 m", "2026-04-01", "2026-10-08"),
        ("10 d", "2026-09-21", "2026-10-08"),
        ("10 d", "2026-09-10", "2026-09-20"),
        ("10 d", "2026-09-30", "2026-10-10"),
        ("10 d", "2026-10-01", "2026-10-12"),
        ("5 wd", "2026-09-24", "2026-10-09"),
        ("6 wd", "2026-09-24", "2026-10-10"),
        # month ends and leap years
        ("1 m", "2024-01-31", "2024-02-29"),
        ("1 m", "2028-01-31", "2028-02-29"),
        ("1 y", "2024-02-29", "2025-02-28"),
        ("6 m", "2026-08-31", "2027-03-01"),
        ("0 d", "2026-11-23", "2026-11-23"),
        ("0 d", "2026-11-22", "2026-11-23"),
        ("0 wd", "2026-11-22", "2026-11-23"),
    ],
)
def test_dates_computed_by_hand(limit: str, start: str, end: str) -> None:
    assert due_on(limit, start) == at(end)


@pytest.mark.parametrize(
    ("limit", "start", "end"),
    [
        ("-30 d", "2026-10-31", "2026-09-30"),
        ("-5 d", "2026-10-08", "2026-09-30"),
        ("-3 wd", "2026-10-08", "2026-09-28"),
        ("-1 m", "2026-03-31", "2026-02-28"),
        ("-1 m", "2026-03-20", "2026-02-14"),
    ],
)
def test_a_before_limit_counts_back_and_rolls_back(limit: str, start: str, end: str) -> None:
    assert due_on(limit, start) == at(end)


def test_a_detention_that_ends_on_a_sunday_ends_on_that_sunday() -> None:
    found = with_pauses("15 d", "2026-11-07", "2026-11-10..2026-11-15", rolls=False)
    assert found.due_on == at("2026-11-22")
    assert "no_roll" in codes(found)
    assert [step.values["because"] for step in found.steps if step.code == "pause_ignored"] == ["never_pauses"]


def test_hours_run_through_nights_and_holidays() -> None:
    start = datetime(2026, 9, 30, 22, 30, tzinfo=SHANGHAI)
    assert due(parse_limit("48 h"), start, TERMS).due_at == datetime(2026, 10, 2, 22, 30, tzinfo=SHANGHAI)
    assert due(parse_limit("8 h"), start, TERMS).due_at == datetime(2026, 10, 1, 6, 30, tzinfo=SHANGHAI)
    with pytest.raises(ValueError, match="moment"):
        due(parse_limit("8 h"), at("2026-09-30"), TERMS)


def test_a_days_limit_from_a_moment_counts_from_its_day_in_beijing() -> None:
    late = datetime.fromisoformat("2026-05-10T17:00:00+00:00")
    assert due(parse_limit("1 d"), late, TERMS).due_on == at("2026-05-12")


@pytest.mark.parametrize(
    ("pauses", "end"),
    [
        (["2026-05-10..2026-05-20"], "2026-05-28"),
        (["2026-05-10..2026-05-15", "2026-05-12..2026-05-20"], "2026-05-28"),
        (["2026-05-10..2026-05-15", "2026-05-15..2026-05-20"], "2026-05-28"),
        (["2026-05-15..2026-05-20", "2026-05-10..2026-05-20", "2026-05-10..2026-05-20"], "2026-05-28"),
        (["2026-05-12..2026-05-12"], "2026-05-18"),
        (["2026-04-20..2026-05-12"], "2026-05-22"),
        (["2026-04-20..2026-05-08"], "2026-05-18"),
        (["2026-06-01..2026-06-10"], "2026-05-18"),
        (["2026-05-10..2026-05-20", "2026-05-25..2026-05-27"], "2026-06-01"),
    ],
)
def test_pauses_are_a_union_cut_to_the_clocks_window(pauses: list[str], end: str) -> None:
    assert due_on("10 d", "2026-05-08", *pauses) == at(end)


def test_nothing_rolls_before_the_excluded_days_are_added() -> None:
    assert due_on("10 d", "2026-09-15") == at("2026-09-28"), "the 25th is Mid-autumn"
    assert due_on("10 d", "2026-09-15", "2026-09-16..2026-09-19") == at("2026-09-28"), "25 + 3, no roll needed"


def test_a_pause_excludes_its_working_days_of_working_days_and_its_hours_of_hours() -> None:
    assert due_on("5 wd", "2026-05-08") == at("2026-05-14"), "Saturday 9 May is worked"
    assert due_on("5 wd", "2026-05-08", "2026-05-11..2026-05-18") == at("2026-05-21")
    found = due(parse_limit("48 h"), MOMENT, Terms(CALENDAR, (pause("2026-05-11..2026-05-12"),)))
    assert found.due_at == MOMENT + timedelta(hours=72)
    by_the_hour = Pause(MOMENT + timedelta(hours=1), MOMENT + timedelta(hours=2.5))
    assert due(parse_limit("48 h"), MOMENT, Terms(CALENDAR, (by_the_hour,))).due_at == MOMENT + timedelta(hours=49.5)


def test_while_a_pause_is_open_there_is_no_date() -> None:
    found = with_pauses("10 d", "2026-05-08", "2026-05-12..")
    assert (found.due_on, found.is_running) == (None, False)
    assert "not_running" in codes(found)
    assert due_on("10 d", "2026-05-08", "2026-06-01..") == at("2026-05-18"), "it begins after the limit ran out"
    assert due_on("10 d", "2026-05-08", "2026-05-12..", stopped=at("2026-05-14")) == at("2026-05-20")


def test_no_pause_reaches_beyond_the_stop() -> None:
    assert due_on("10 d", "2026-05-08", "2026-05-12..2026-05-20", stopped=at("2026-05-14")) == at("2026-05-20")
    assert due_on("10 d", "2026-05-08", "2026-05-15..2026-05-20", stopped=at("2026-05-14")) == at("2026-05-18")


def test_only_the_reasons_of_the_policy_and_of_the_node_stop_a_clock() -> None:
    valuation = Pause(at("2026-05-10"), at("2026-05-20"), "AUDIT_VALUATION")
    everything = [*LIST_2006, "AUDIT_VALUATION"]
    days = {
        policy: due(parse_limit("10 d"), at("2026-05-08"), Terms(CALENDAR, (valuation,), reasons)).due_on
        for policy, reasons in (
            ("both lists", reasons_counted(everything)),
            ("2006 alone", reasons_counted(everything, "LIST_2006")),
            ("not of this node", reasons_counted(["STAYED"])),
        )
    }
    assert days == {
        "both lists": at("2026-05-28"),
        "2006 alone": at("2026-05-18"),
        "not of this node": at("2026-05-18"),
    }
    assert due_on("10 d", "2026-05-08", "2026-05-10..2026-05-20", is_pausable=False) == at("2026-05-18")


def test_a_pause_wants_a_document_and_an_approver_and_soon() -> None:
    bare = Pause(at("2026-05-10"), entered_on=at("2026-05-14"))
    assert bare.lacks == ("document_id", "approved_by")
    assert bare.is_entered_late
    assert not Pause(at("2026-05-10"), entered_on=at("2026-05-13")).is_entered_late


def test_a_date_that_hangs_on_an_unloaded_year_is_provisional() -> None:
    assert not with_pauses("10 d", "2026-12-01").is_provisional
    assert with_pauses("1 m", "2026-12-05").is_provisional
    assert with_pauses("5 wd", "2026-12-28").is_provisional
    assert not with_pauses("1 m", "2026-12-05", rolls=False).is_provisional
    assert [s.values for s in with_pauses("1 m", "2026-12-05").steps if s.code == "provisional"] == [{"years": (2027,)}]


def test_the_explanation_names_every_step_in_order() -> None:
    found = with_pauses("10 d", "2026-09-15", "2026-09-16..2026-09-22")
    steps = {step.code: step.values for step in found.steps}
    assert list(steps) == ["started", "limit", "raw_end", "paused", "excluded", "rolled", "ends", "calendar"]
    assert steps["raw_end"]["at"] == at("2026-09-25")
    assert (steps["excluded"]["n"], steps["excluded"]["to"]) == (6, at("2026-10-01"))
    assert [each["why"] for each in steps["rolled"]["over"]] == ["National Day"] * 7
    assert steps["calendar"]["version"] == CALENDAR.version


def test_a_limit_without_a_period_has_no_date() -> None:
    found = due(Limit(None), at("2026-11-22"), TERMS)
    assert (found.due_on, found.due_at, found.is_running) == (None, None, True)


def test_a_partys_window_is_nobodys_delay_and_opens_the_next_node_the_day_after() -> None:
    window = due(Limit(5, is_wait=True), at("2026-09-26"), TERMS)
    assert window.is_wait
    assert (window.due_on, opens_on(window)) == (at("2026-10-08"), at("2026-10-09"))


def test_a_minimum_never_rolls() -> None:
    assert earliest(Limit(15), at("2026-09-20")) == at("2026-10-05")
    assert earliest(Limit(3, Unit.MONTHS), at("2026-11-30")) == at("2027-02-28")


def test_a_recurring_limit_counts_each_date_from_the_start() -> None:
    half_yearly = Limit(6, Unit.MONTHS, is_recurring=True, recurs_for=Limit(5, Unit.YEARS))
    dates = [found.due_on for found in recurring(half_yearly, at("2025-08-31"), TERMS)]
    assert len(dates) == 10
    assert dates[:3] == [at("2026-02-28"), at("2026-08-31"), at("2027-03-01")]
    assert dates[-1] == at("2030-09-02"), "31 August 2030 is a Saturday"
    endless = recurring(Limit(1, Unit.DAYS, is_recurring=True), at("2026-05-10"), TERMS)
    assert [found.due_on for found in islice(endless, 2)] == [at("2026-05-11"), at("2026-05-12")]


def test_of_two_limits_the_earlier_counts_and_one_that_stands_still_never_ends() -> None:
    ten, twenty = with_pauses("10 d", "2026-05-08"), with_pauses("20 d", "2026-05-08")
    assert earlier_of(ten, twenty).due_on == earlier_of(twenty, ten).due_on == ten.due_on
    assert codes(earlier_of(twenty, ten))[-1] == "earlier_of_two"
    still = with_pauses("1 d", "2026-05-08", "2026-05-08..")
    assert earlier_of(still, ten) is earlier_of(ten, still) is ten


def test_a_limit_is_written_with_and_without_a_space() -> None:
    assert parse_limit("6m") == parse_limit(" 6 m ") == Limit(6, Unit.MONTHS)
    for wrong in ("", "m", "6", "6 w", "6.5 d", "６ d", "99999 d", "1 d 2 h"):
        with pytest.raises(ValueError, match="no limit"):
            parse_limit(wrong)


def ended(limit: Limit, start: date, pauses: tuple[Pause, ...] = ()) -> date:
    found = due(limit, start, Terms(CALENDAR, pauses)).due_on
    assert found is not None
    return found


@given(st.integers(0, 60), ROLLED, STARTS, STARTS)
def test_a_later_start_is_never_due_earlier(n: int, unit: Unit, one: date, other: date) -> None:
    limit = Limit(n if unit is not Unit.YEARS else n % 2, unit)
    assert ended(limit, min(one, other)) <= ended(limit, max(one, other))


@given(st.integers(0, 15), ROLLED, STARTS)
def test_a_longer_limit_is_never_due_earlier(n: int, unit: Unit, start: date) -> None:
    n = n if unit is not Unit.YEARS else 0
    assert ended(Limit(n, unit), start) <= ended(Limit(n + 1, unit), start)


@given(st.integers(0, 400), STARTS)
def test_start_and_n_days_are_never_a_day_early_and_never_end_on_a_day_off(n: int, start: date) -> None:
    found = ended(Limit(n), start)
    assert found >= start + timedelta(days=n)
    assert CALENDAR.is_working_day(found)
    assert CALENDAR.count_working_days(start + timedelta(days=n), found) == 0


@given(st.integers(0, 400), STARTS)
def test_counted_back_nothing_is_a_day_late(n: int, start: date) -> None:
    found = ended(Limit(-n), start) if n else start
    assert found <= start - timedelta(days=n)


SPANS = st.lists(st.tuples(st.integers(-20, 80), st.integers(0, 30)), max_size=6)


@given(st.integers(1, 40), STARTS, SPANS)
def test_a_union_never_counts_a_day_twice(n: int, start: date, spans: list[tuple[int, int]]) -> None:
    pauses = [(start + timedelta(days=first), start + timedelta(days=first + length)) for first, length in spans]
    terms = Terms(CALENDAR, tuple(Pause(*each) for each in pauses), rolls=True)
    steps = due(Limit(n), start, terms).steps
    counted = sum(step.values["n"] for step in steps if step.code == "paused")
    days = {day for first, last in pauses for day in _days(max(first, start), last)}
    if all(step.code != "pause_ignored" or step.values["because"] == "before_start" for step in steps):
        assert counted == len(days)
    assert counted <= len(days)
    assert ended(Limit(n), start, terms.pauses) >= ended(Limit(n), start)


@given(STARTS, SPANS, st.randoms(use_true_random=False))
def test_the_order_of_pauses_never_matters(start: date, spans: list[tuple[int, int]], random: Any) -> None:
    pauses = [Pause(start + timedelta(days=a), start + timedelta(days=a + length)) for a, length in spans]
    shuffled = [*pauses]
    random.shuffle(shuffled)
    for unit in (Unit.DAYS, Unit.WORKING_DAYS):
        assert ended(Limit(9, unit), start, tuple(pauses)) == ended(Limit(9, unit), start, tuple(shuffled))


def _days(first: date, end: date) -> list[date]:
    return [first + timedelta(days=number) for number in range(max((end - first).days, 0))]
