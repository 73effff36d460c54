"""The life of a delegated case as a table: a move that is not in it is refused, every guard says why. No database."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.cases.levels import Level
from server.cases.turns import Running, Turn
from server.cases.work_calendar import WorkCalendar
from server.common.clock import local_date
from server.delegation.clock import Told, clocks_of, late_days, level_of, next_due
from server.delegation.decide import (
    GUARDS,
    SAID,
    Actor,
    Facts,
    Moved,
    Refused,
    Saying,
    ShortSeal,
    decide,
    steps_of,
)
from server.delegation.states import CURRENT, TABLE, TERMINAL, Clock, Move, Part, Side, State, row_of
from server.delegation.wording import REFUSALS, clock_name, move_name

EVERYBODY = Actor(frozenset(Side), frozenset(Part))
SOON = ShortSeal("measure:x", date(2026, 11, 20))
WHOLE = Facts(
    State.DRAFT,
    own_high_court="闽",
    their_high_court="浙",
    is_none_here_said=True,
    property_elsewhere=1,
    is_complete_over=True,
    is_idle=True,
    is_six_months_over=True,
)
SAID_ALL = Saying("说明", "闽高法备1号", *([True] * 8))
MONDAY = datetime(2026, 11, 2, 2, tzinfo=UTC)
CALENDAR = WorkCalendar("test", frozenset({2026, 2027}))

facts = st.builds(
    Facts,
    state=st.sampled_from(State),
    came_from=st.sampled_from([None, State.FILED, State.RUNNING, State.ESCALATABLE]),
    is_case_open=st.booleans(),
    is_other_open=st.booleans(),
    is_received=st.booleans(),
    is_court_here=st.booleans(),
    own_high_court=st.sampled_from(["", "闽"]),
    their_high_court=st.sampled_from(["", "闽", "浙"]),
    is_none_here_said=st.booleans(),
    property_here=st.sampled_from([(), ("厂房",)]),
    property_elsewhere=st.integers(0, 2),
    short_seals=st.sampled_from([(), (SOON,)]),
    missing_papers=st.sampled_from([(), ("letter",)]),
    is_explained=st.booleans(),
    is_complete_over=st.booleans(),
    are_papers_back=st.booleans(),
    is_idle=st.booleans(),
    is_received_open=st.booleans(),
    has_consent=st.booleans(),
    is_six_months_over=st.booleans(),
    is_made_again=st.booleans(),
)
flags = ("is_case_no_fit", "is_handler_fit", "has_phone", "has_told", "has_property", "has_deadline", "has_asked")
sayings = st.builds(
    Saying,
    words=st.sampled_from(["", "  ", "说明"]),
    record=st.sampled_from(["", " ", "闽高法备1号"]),
    is_court_fit=st.booleans(),
    **{name: st.booleans() for name in flags},
)
actors = st.builds(Actor, st.frozensets(st.sampled_from(Side)), st.frozensets(st.sampled_from(Part)))


@given(facts, st.sampled_from(Move), actors, sayings)
def test_a_move_leads_where_the_table_says_or_says_why_not(
    facts: Facts, move: Move, actor: Actor, saying: Saying
) -> None:
    decided, row = decide(move, facts, actor, saying), row_of(facts.state, move)
    if isinstance(decided, Refused):
        assert decided.code in REFUSALS
        assert row or decided.code == "delegation_not_in_state"
        return
    assert row is not None
    assert row.side in actor.sides
    assert not actor.parts.isdisjoint(row.parts)
    assert all(GUARDS[name](facts, saying) is None for name in row.guards)
    assert decided.target in ({row.target} if row.target else {facts.came_from, State.RUNNING})


@given(facts, st.sampled_from(Move), sayings)
def test_what_has_ended_stays_ended(facts: Facts, move: Move, saying: Saying) -> None:
    decided = decide(move, facts, EVERYBODY, saying)
    if facts.state in TERMINAL and isinstance(decided, Moved):
        assert decided.target is facts.state


@given(facts, sayings)
def test_no_case_comes_back_without_the_consent_of_the_high_court(facts: Facts, saying: Saying) -> None:
    decided = decide(Move.RETURN, facts, EVERYBODY, saying)
    assert facts.has_consent or isinstance(decided, Refused)


@given(facts, sayings)
def test_nothing_goes_out_with_a_seal_about_to_lapse_or_to_a_court_of_the_province(
    facts: Facts, saying: Saying
) -> None:
    for move in (Move.CHECK, Move.SEND):
        if isinstance(decide(move, facts, EVERYBODY, saying), Moved):
            assert not facts.short_seals
            assert {facts.own_high_court, facts.their_high_court} == {"闽", "浙"}
            assert not facts.property_here


@given(facts, st.sampled_from(Move), sayings)
def test_only_a_case_at_the_other_court_ends_there(facts: Facts, move: Move, saying: Saying) -> None:
    decided = decide(move, facts, EVERYBODY, saying)
    if isinstance(decided, Moved) and decided.target in (State.CLOSED, State.LIFTED, State.APPOINTED):
        assert facts.state in (State.RUNNING, State.ESCALATABLE)


@pytest.mark.parametrize("row", TABLE, ids=lambda row: f"{row.source}-{row.move}")
def test_each_row_goes_where_it_says_when_nothing_stands_against_it(row: Any) -> None:
    facts = replace(WHOLE, state=row.source, came_from=State.FILED, has_consent="consented" in row.guards)
    decided = decide(row.move, facts, EVERYBODY, SAID_ALL)
    assert isinstance(decided, Moved)
    assert decided.target is (row.target or State.FILED)


AGAINST: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "case_open": ({"is_case_open": False}, {}, "delegation_case_closed"),
    "only_one": ({"is_other_open": True}, {}, "delegation_open_already"),
    "not_onward": ({"is_received": True}, {}, "delegation_onward"),
    "court_here": ({"is_court_here": False}, {}, "delegation_on_paper"),
    "other_province": ({"their_high_court": "闽"}, {}, "delegation_same_province"),
    "none_here": ({"property_here": ("厂房",)}, {}, "delegation_property_here"),
    "property_elsewhere": ({"property_elsewhere": 0}, {}, "delegation_no_property_elsewhere"),
    "seals_long": ({"short_seals": (SOON,)}, {}, "delegation_seals_short"),
    "papers_whole": ({"missing_papers": ("letter",)}, {}, "delegation_papers_missing"),
    "recorded": ({}, {"record": " "}, "delegation_record_needed"),
    "words": ({}, {"words": " "}, "delegation_reason_needed"),
    "case_no": ({}, {"is_case_no_fit": False}, "delegation_case_no_unfit"),
    "handler": ({}, {"is_handler_fit": False}, "delegation_handler_unfit"),
    "phone": ({}, {"has_phone": False}, "delegation_phone_needed"),
    "unexplained": ({"is_explained": True}, {}, "delegation_explained"),
    "complete_over": ({"is_complete_over": False}, {}, "delegation_too_early"),
    "papers_here": ({"are_papers_back": True}, {}, "delegation_papers_back"),
    "told": ({}, {"has_told": False}, "delegation_applicant_untold"),
    "says_property": ({}, {"has_property": False}, "delegation_property_needed"),
    "idle": ({"is_idle": False}, {}, "delegation_not_idle"),
    "received_closed": ({"is_received_open": True}, {}, "delegation_case_open"),
    "consented": ({"has_consent": False}, {}, "delegation_consent_needed"),
    "unconsented": ({"has_consent": True}, {}, "delegation_consented"),
    "not_again": ({"is_made_again": True}, {}, "delegation_made_again"),
    "six_months": ({"is_six_months_over": False}, {}, "delegation_too_early"),
    "applicant_asked": ({}, {"has_asked": False}, "delegation_not_asked"),
    "deadline": ({}, {"has_deadline": False}, "delegation_deadline_needed"),
    "court_fit": ({}, {"is_court_fit": False}, "delegation_court_unfit"),
}


@pytest.mark.parametrize(
    ("row", "guard"),
    [(row, guard) for row in TABLE for guard in row.guards],
    ids=lambda value: value if isinstance(value, str) else f"{value.source}-{value.move}",
)
def test_each_guard_of_each_row_refuses_with_its_own_reason(row: Any, guard: str) -> None:
    untrue, unsaid, code = AGAINST[guard]
    facts = replace(WHOLE, state=row.source, has_consent="consented" in row.guards)
    decided = decide(row.move, replace(facts, **untrue), EVERYBODY, replace(SAID_ALL, **unsaid))
    assert isinstance(decided, Refused)
    assert decided.code == code


def test_every_guard_is_planted_and_every_refusal_has_its_words() -> None:
    assert AGAINST.keys() == GUARDS.keys() == {guard for row in TABLE for guard in row.guards}
    assert {code for _, _, code in AGAINST.values()} <= REFUSALS.keys()
    assert GUARDS.keys() >= SAID
    assert all(map(move_name, (*Move, "draft")))
    assert all(map(clock_name, Clock))


def test_a_province_nobody_knows_is_no_other_province() -> None:
    for unknown in (replace(WHOLE, own_high_court=""), replace(WHOLE, their_high_court="")):
        decided = decide(Move.CHECK, unknown, EVERYBODY, SAID_ALL)
        assert isinstance(decided, Refused)
        assert decided.code == "delegation_high_court_unknown"


def test_that_there_is_no_property_here_is_said_by_a_person_too() -> None:
    decided = decide(Move.CHECK, replace(WHOLE, is_none_here_said=False), EVERYBODY, SAID_ALL)
    assert isinstance(decided, Refused)
    assert decided.code == "delegation_property_here"


def test_the_other_court_and_others_of_the_own_are_refused_before_any_guard_speaks() -> None:
    sent = replace(WHOLE, state=State.SENT)
    delegating = Actor(frozenset({Side.DELEGATING}), frozenset(Part))
    assert decide(Move.FILE, sent, delegating, Saying()) == Refused("delegation_of_other_court", {"side": "receiving"})
    idle = Actor(frozenset(Side), frozenset())
    assert decide(Move.FILE, sent, idle, Saying()) == Refused("delegation_not_in_charge", {"parts": ["centre"]})


def test_steps_say_what_stands_against_them() -> None:
    author = Actor(frozenset({Side.DELEGATING}), frozenset({Part.AUTHOR}))
    steps = {step.move: step for step in steps_of(replace(WHOLE, short_seals=(SOON,)), author)}
    assert set(steps) == {Move.CHECK, Move.WITHDRAW}
    refused = steps[Move.CHECK].refused
    assert refused is not None
    assert refused.details["seals"] == [{"chain": "measure:x", "expires_on": "2026-11-20"}]
    assert steps[Move.WITHDRAW].asks == ("words",)


def run(*steps: tuple[State | None, str, int], deadline: date | None = None) -> dict[Clock, Running]:
    """Clocks after these moves, each on a day counted from Monday the 2nd of November 2026."""
    told = [Told(source, move, MONDAY + timedelta(days=day)) for source, move, day in steps]
    return clocks_of(told, CALENDAR, deadline)


SENT = (State.CHECKED, "send", 0)


def test_x22_a_court_that_files_on_the_eighth_day_is_one_day_late_by_statute() -> None:
    """Monday the 2nd, seven days: Monday the 9th; filed on Tuesday the 10th."""
    filing = run(SENT)[Clock.FILE]
    assert filing.due_on == date(2026, 11, 9)
    assert level_of(Clock.FILE, filing, date(2026, 11, 9)) is Level.DUE
    assert level_of(Clock.FILE, filing, date(2026, 11, 10)) is Level.SEVERE, "statutory, from the first day past"
    filed = run(SENT, (State.SENT, "file", 8))[Clock.FILE]
    assert (filed.stopped_on, late_days(filed, date(2026, 12, 1))) == (date(2026, 11, 10), 1)
    assert level_of(Clock.FILE, filed, date(2026, 12, 1)) is Level.SEVERE, "it stays what it was"
    in_time = run(SENT, (State.SENT, "file", 7))[Clock.FILE]
    assert (late_days(in_time, date(2026, 12, 1)), level_of(Clock.FILE, in_time, date(2026, 12, 1))) == (0, "NORMAL")


def test_start_and_report_count_from_the_letter() -> None:
    clocks = run(SENT, (State.SENT, "file", 6), (State.FILED, "take_over", 10))
    assert (clocks[Clock.START].due_on, clocks[Clock.REPORT].due_on) == (date(2026, 11, 17), date(2026, 12, 2))
    assert clocks[Clock.TELL].due_on == date(2026, 11, 16), "the 15th is a Sunday"
    assert next_due(clocks, CURRENT[State.TAKEN_OVER]) == (Clock.START, date(2026, 11, 17))
    begun = run(SENT, (State.SENT, "file", 6), (State.FILED, "take_over", 10), (State.TAKEN_OVER, "start", 12))
    assert next_due(begun, CURRENT[State.RUNNING]) == (Clock.REPORT, date(2026, 12, 2))


def test_the_receivers_clocks_stand_still_while_papers_are_wanted() -> None:
    asked = (State.SENT, "ask_papers", 2)
    waiting = run(SENT, asked)
    assert (waiting[Clock.FILE].is_paused, waiting[Clock.FILE].due_on) == (True, None)
    assert waiting[Clock.COMPLETE].due_on == date(2026, 12, 4)
    after = run(SENT, asked, (State.INCOMPLETE, "complete", 12))
    assert (after[Clock.FILE].due_on, after[Clock.COMPLETE].stopped_on) == (date(2026, 11, 19), date(2026, 11, 14))


def test_six_months_count_from_filing_and_a_deadline_is_the_day_it_was_set_to() -> None:
    clocks = run(SENT, (State.SENT, "file", 3), (State.ESCALATABLE, "set_deadline", 200), deadline=date(2027, 6, 26))
    assert clocks[Clock.SIX_MONTHS].due_on == date(2027, 5, 5)
    assert clocks[Clock.DEADLINE].due_on == date(2027, 6, 26), "a Saturday: a superior's day does not roll"


def test_another_court_begins_start_and_report_anew() -> None:
    assert {clock: each.due_on for clock, each in run((None, "appoint", 0)).items()} == {
        Clock.START: date(2026, 11, 17),
        Clock.REPORT: date(2026, 12, 2),
        Clock.SIX_MONTHS: date(2027, 5, 3),
    }


def test_the_end_stops_every_clock() -> None:
    for row in TABLE:
        if row.target in TERMINAL and row.source not in TERMINAL:
            clocks = run(SENT, (State.SENT, "file", 1), (row.source, row.move.value, 3))
            assert all(each.stopped_on for each in clocks.values()), row.move


@given(st.lists(st.tuples(st.sampled_from(list(TABLE)), st.integers(0, 5)), max_size=12))
def test_no_course_of_moves_gives_a_clock_a_date_before_its_beginning(course: list[tuple[Any, int]]) -> None:
    at, told = MONDAY, []
    for row, days in course:
        at += timedelta(days=days)
        told.append(Told(row.source, row.move.value, at))
    for each in clocks_of(told, CALENDAR).values():
        assert each.due_on is None or each.due_on >= each.started_on
        assert each.started_on <= local_date(at)
        assert not (each.is_paused and each.stopped_on)


def test_every_current_clock_is_begun_by_a_move() -> None:
    begun = {effect.clock for row in TABLE for effect in row.effects if effect.turn is Turn.START}
    assert {clock for clocks in CURRENT.values() for clock in clocks} <= begun
