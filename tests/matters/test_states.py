"""The life of a matter as a table: a move that is not in it is refused, every guard says why. No database."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.cases.turns import Running
from server.cases.work_calendar import WorkCalendar
from server.common.clock import local_date
from server.matters.clock import Told, clocks_of, limits_of
from server.matters.decide import GUARDS, Actor, Facts, Moved, Refused, Saying, decide, steps_of
from server.matters.states import TABLE, TERMINAL, Clock, Move, Part, Side, State, row_of
from server.matters.wording import REFUSALS

EVERYBODY = Actor(frozenset(Side), frozenset(Part))
WHOLE = Facts(State.DRAFT, has_contact=True, was_supplement_asked=True, has_result=True, has_receipt=True, has_act=True)
SAID = Saying("说明", "OUT_OF_SCOPE", is_handler_fit=True, was_on_site=True, asks_release=True)
MONDAY = datetime(2026, 11, 2, 2, tzinfo=UTC)
CALENDAR = WorkCalendar("test", frozenset({2026, 2027}))

facts = st.builds(
    Facts,
    state=st.sampled_from(State),
    came_from=st.sampled_from([None, State.SENT, State.ACCEPTED]),
    is_case_open=st.booleans(),
    missing_papers=st.sampled_from([(), ("letter",)]),
    missing_members=st.sampled_from([(), ("account",)]),
    is_urgent=st.booleans(),
    are_papers_late=st.booleans(),
    has_contact=st.booleans(),
    was_supplement_asked=st.booleans(),
    in_force=st.sampled_from([(), ("FROZEN",)]),
    irreversible=st.sampled_from([(), ("DEDUCTED",)]),
    has_result=st.booleans(),
    has_receipt=st.booleans(),
    has_act=st.booleans(),
    is_expired=st.booleans(),
    is_rated=st.booleans(),
    is_complained=st.booleans(),
    is_resent=st.booleans(),
    is_withdrawal_asked=st.booleans(),
)
sayings = st.builds(
    Saying,
    words=st.sampled_from(["", "  ", "说明"]),
    reason=st.sampled_from(["", "DOC_MISSING", "OUT_OF_SCOPE", "WRONG_COURT"]),
    is_handler_fit=st.booleans(),
    was_on_site=st.booleans(),
    asks_release=st.booleans(),
)
actors = st.builds(Actor, st.frozensets(st.sampled_from(Side)), st.frozensets(st.sampled_from(Part)))


@given(facts, st.sampled_from(Move), actors, sayings)
def test_a_move_leads_where_the_table_says_or_says_why_not(
    facts: Facts, move: Move, actor: Actor, saying: Saying
) -> None:
    decided, row = decide(move, facts, actor, saying), row_of(facts.state, move)
    if isinstance(decided, Refused):
        assert decided.code in REFUSALS
        assert row or decided.code == "matter_not_in_state"
        return
    assert row is not None
    assert row.side in actor.sides
    assert not actor.parts.isdisjoint(row.parts)
    assert all(GUARDS[name](facts, saying) is None for name in row.guards)
    assert decided.target in ({row.target} if row.target else {facts.came_from, State.SENT})


@given(facts, st.sampled_from(Move), sayings)
def test_what_has_ended_stays_ended(facts: Facts, move: Move, saying: Saying) -> None:
    decided = decide(move, facts, EVERYBODY, saying)
    if facts.state in TERMINAL and isinstance(decided, Moved):
        assert decided.target is facts.state


@given(facts, sayings)
def test_nothing_goes_back_without_a_talk(facts: Facts, saying: Saying) -> None:
    """X19, whatever else is true."""
    decided = decide(Move.RETURN, facts, EVERYBODY, saying)
    assert facts.has_contact or isinstance(decided, Refused)
    decided = decide(Move.ASK_SUPPLEMENT, facts, EVERYBODY, saying)
    assert facts.has_contact or isinstance(decided, Refused)


@pytest.mark.parametrize("row", TABLE, ids=lambda row: f"{row.source}-{row.move}")
def test_each_row_goes_where_it_says_when_nothing_stands_against_it(row: Any) -> None:
    decided = decide(row.move, replace(WHOLE, state=row.source, came_from=State.ACCEPTED), EVERYBODY, SAID)
    assert isinstance(decided, Moved)
    assert decided.target is (row.target or State.ACCEPTED)


AGAINST: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "case_open": ({"is_case_open": False}, {}, "matter_case_closed"),
    "asked_whole": ({"missing_members": ("account",)}, {}, "matter_request_incomplete"),
    "papers_whole": ({"missing_papers": ("letter",)}, {}, "matter_papers_missing"),
    "contact": ({"has_contact": False}, {}, "matter_no_contact"),
    "words": ({}, {"words": " "}, "matter_reason_needed"),
    "return_founded": ({"was_supplement_asked": False}, {"reason": "DOC_MISSING"}, "matter_return_unfounded"),
    "nothing_in_force": ({"in_force": ("FROZEN",)}, {}, "matter_measures_stand"),
    "handler": ({}, {"is_handler_fit": False}, "matter_handler_unfit"),
    "result": ({"has_result": False}, {}, "matter_result_missing"),
    "receipts": ({"has_receipt": False}, {}, "matter_receipt_missing"),
    "act_on_site": ({"has_act": False}, {}, "matter_act_missing"),
    "reversible": ({"irreversible": ("DEDUCTED",)}, {}, "matter_irreversible"),
    "release_asked": ({"in_force": ("FROZEN",)}, {"asks_release": False}, "matter_release_needed"),
    "unrated": ({"is_rated": True}, {}, "matter_rated"),
    "no_complaint": ({"is_complained": True}, {}, "matter_complained"),
    "withdrawal_unasked": ({"is_withdrawal_asked": True}, {}, "matter_withdrawal_asked"),
    "not_resent": ({"is_resent": True}, {}, "matter_resent"),
}


@pytest.mark.parametrize(
    ("row", "guard"),
    [(row, guard) for row in TABLE for guard in row.guards],
    ids=lambda value: value if isinstance(value, str) else f"{value.source}-{value.move}",
)
def test_each_guard_of_each_row_refuses_with_its_own_reason(row: Any, guard: str) -> None:
    untrue, unsaid, code = AGAINST[guard]
    facts = replace(WHOLE, state=row.source, came_from=State.ACCEPTED, **untrue)
    decided = decide(row.move, facts, EVERYBODY, replace(SAID, **unsaid))
    assert isinstance(decided, Refused)
    assert decided.code == code


def test_every_guard_is_planted() -> None:
    assert AGAINST.keys() == GUARDS.keys() == {guard for row in TABLE for guard in row.guards}


def test_the_other_court_and_others_of_the_own_are_refused_before_any_guard_speaks() -> None:
    sent = replace(WHOLE, state=State.SENT, has_contact=False)
    asking = Actor(frozenset({Side.ASKING}), frozenset(Part))
    assert decide(Move.RETURN, sent, asking, SAID) == Refused("matter_of_other_court", {"side": "doing"})
    idle = Actor(frozenset(Side), frozenset())
    assert decide(Move.SIGN_FOR, sent, idle, SAID) == Refused("matter_not_in_charge", {"parts": ["centre"]})


def test_an_urgent_one_goes_out_before_its_papers_and_back_when_they_stay_away() -> None:
    urgent = replace(WHOLE, state=State.PENDING_APPROVAL, is_urgent=True, missing_papers=("letter",))
    assert isinstance(decide(Move.APPROVE, urgent, EVERYBODY, SAID), Moved)
    late = replace(urgent, state=State.SENT, was_supplement_asked=False, are_papers_late=True)
    assert isinstance(decide(Move.RETURN, late, EVERYBODY, replace(SAID, reason="DOC_MISSING")), Moved)


def test_steps_say_what_stands_against_them() -> None:
    centre = Actor(frozenset({Side.DOING}), frozenset({Part.CENTRE}))
    steps = {step.move: step for step in steps_of(replace(WHOLE, state=State.SENT, has_contact=False), centre)}
    assert set(steps) == {Move.SIGN_FOR, Move.ASK_SUPPLEMENT, Move.RETURN}
    assert steps[Move.SIGN_FOR].refused is None
    assert steps[Move.RETURN].refused == Refused("matter_no_contact", {})
    assert steps[Move.RETURN].asks == ("return_founded", "words")


def run(*steps: tuple[State, Move, int], days: int | None = 7, is_urgent: bool = False) -> dict[Clock, Running]:
    """Clocks after these moves, each on a day counted from Monday the 2nd of November 2026."""
    told = [Told(source, move, MONDAY + timedelta(days=day)) for source, move, day in steps]
    return clocks_of(told, limits_of(days, is_urgent=is_urgent), CALENDAR)


def november(day: int) -> date:
    return date(2026, 11, day)


SENT = (State.PENDING_APPROVAL, Move.APPROVE, 0)
SIGNED = (State.SENT, Move.SIGN_FOR, 1)


def test_it_is_signed_for_within_two_working_days_and_done_from_then_on() -> None:
    assert run(SENT)[Clock.SIGN].due_on == november(4)
    assert run((State.PENDING_APPROVAL, Move.APPROVE, 4))[Clock.SIGN].due_on == november(10), "over a weekend"
    clocks = run(SENT, SIGNED)
    assert (clocks[Clock.SIGN].stopped_on, clocks[Clock.DO].due_on) == (november(3), november(10))


def test_an_urgent_one_is_signed_for_on_its_day_on_a_day_off_too() -> None:
    assert run((State.PENDING_APPROVAL, Move.APPROVE, 5), is_urgent=True)[Clock.SIGN].due_on == november(7)


def test_the_receivers_clock_stands_still_while_papers_are_wanted() -> None:
    asked = (State.ACCEPTED, Move.ASK_SUPPLEMENT, 2)
    waiting = run(SENT, SIGNED, asked)
    assert (waiting[Clock.DO].is_paused, waiting[Clock.DO].due_on) == (True, None)
    assert waiting[Clock.SUPPLEMENT].due_on == november(9), "the 7th is a Saturday"
    after = run(SENT, SIGNED, asked, (State.SUPPLEMENT_WAIT, Move.SUPPLEMENT, 4))
    assert (after[Clock.DO].due_on, after[Clock.SUPPLEMENT].stopped_on) == (november(12), november(6))


def test_another_handler_begins_no_clock_anew() -> None:
    taken = (State.ACCEPTED, Move.ASSIGN, 2)
    before = run(SENT, SIGNED, taken)
    assert run(SENT, SIGNED, taken, (State.IN_PROGRESS, Move.REASSIGN, 5)) == before


def test_a_dispute_lets_the_first_clock_go_on() -> None:
    told = (State.IN_PROGRESS, Move.FEED_BACK, 3)
    clocks = run(SENT, SIGNED, told)
    assert (clocks[Clock.DO].is_paused, clocks[Clock.CONFIRM].due_on) == (True, november(10))
    clocks = run(SENT, SIGNED, told, (State.FED_BACK, Move.DISPUTE, 7))
    assert (clocks[Clock.DO].due_on, clocks[Clock.CONFIRM].stopped_on) == (november(16), november(9))


def test_the_end_stops_every_clock() -> None:
    for row in TABLE:
        if row.target in TERMINAL and row.source not in TERMINAL:
            clocks = run(SENT, SIGNED, (row.source, row.move, 3))
            assert all(each.stopped_on for each in clocks.values()), row.move


@given(st.lists(st.tuples(st.sampled_from(list(TABLE)), st.integers(0, 5)), max_size=12))
def test_no_course_of_moves_gives_a_clock_a_date_before_its_beginning(course: list[tuple[Any, int]]) -> None:
    at, told = MONDAY, []
    for row, days in course:
        at += timedelta(days=days)
        told.append(Told(row.source, row.move, at))
    for each in clocks_of(told, limits_of(10, is_urgent=False), CALENDAR).values():
        assert each.due_on is None or each.due_on >= each.started_on
        assert each.started_on <= local_date(at)
        assert not (each.is_paused and each.stopped_on)
