"""What recurs: each completion ends one round, the date rolls to the next, the last round ends the node."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import permutations
from random import Random

import pytest

from server.cases.calendar_notice import library_calendar
from server.cases.flow_file import flow_definition
from server.cases.limits import Limit, Unit
from server.cases.models import Case
from server.cases.nodes import NodeState, fold_events
from server.cases.queries import case_states
from server.cases.replaying import case_differences
from server.cases.rounds import rounds_of
from server.cases.services import record_event, void_events, write_case_events
from server.cases.states import without_events
from server.cases.why import why
from server.common.clock import set_clock
from server.supervision.models import Finding
from server.supervision.services.watching import watch_levels
from tests.actors import Cast
from tests.cases.conftest import file_one
from tests.cases.test_pauses import at, due_on, node_of
from tests.sync.pushing import hold

FLOW = flow_definition("enforcement_implementation", "2026.11-2")
FACTS = {"basis": "JUDGMENT", "track": "NORMAL", "claim_kind": "MONEY"}
HALF_YEARLY = Limit(6, Unit.MONTHS, is_recurring=True, recurs_for=Limit(5, Unit.YEARS))
SERVED = "2026-01-15"


def folded(*inquiries: str) -> NodeState:
    """The half-year check of a final round served on 15 January 2026, after these inquiries in this order."""
    events = [("final_round_ruling_served", at(SERVED)), *(("inquiry_sent", at(day)) for day in inquiries)]
    return fold_events(FLOW, events, FACTS, library_calendar())["half_year_check"]


def stood(*inquiries: str) -> tuple[str, str]:
    node = folded(*inquiries)
    return str(node.state), str(node.due_on)


def test_an_inquiry_ends_one_round_and_the_next_is_due() -> None:
    assert stood() == ("RUNNING", "2026-07-15")
    assert stood("2026-06-20") == ("RUNNING", "2027-01-15")
    assert stood("2026-06-20", "2027-01-15") == ("RUNNING", "2027-07-15")


def test_a_second_one_in_the_same_half_year_ends_nothing() -> None:
    assert stood("2026-03-02", "2026-07-15") == ("RUNNING", "2027-01-15")
    assert stood("2026-03-02", "2026-07-16") == ("RUNNING", "2027-07-15"), "the sixteenth is the next round's first day"


def test_what_was_done_by_the_start_is_none_of_it() -> None:
    assert stood("2026-01-14", SERVED) == ("RUNNING", "2026-07-15")


def test_a_late_one_ends_what_was_overdue_and_the_round_it_falls_in_is_to_come() -> None:
    assert stood("2026-08-20") == ("RUNNING", "2027-01-15"), "a month late, five months to the next"
    assert stood("2027-02-01") == ("RUNNING", "2027-07-15"), "of two that were missed none is left"


def test_the_tenth_round_ends_it() -> None:
    days = [str(date(2026, 7, 1) + timedelta(days=number * 183)) for number in range(10)]
    assert stood(*days[:9]) == ("RUNNING", "2031-01-15")
    node = folded(*days)
    assert (str(node.state), node.finished_on, str(node.due_on)) == ("DONE", date.fromisoformat(days[-1]), "2031-01-15")
    assert stood(*days, "2031-01-20") == ("DONE", "2031-01-15"), "what comes after the last is none of it"


def test_the_order_of_arrival_changes_nothing() -> None:
    inquiries = ("2026-03-02", "2026-08-20", "2027-02-01", "2026-04-01")
    events = [("final_round_ruling_served", at(SERVED)), *(("inquiry_sent", at(day)) for day in inquiries)]
    nodes = [fold_events(FLOW, told, FACTS, library_calendar())["half_year_check"] for told in permutations(events)]
    assert {(node.due_on, node.rounds, node.stop_event, node.finished_on) for node in nodes} == {
        (nodes[0].due_on, nodes[0].rounds, "inquiry_sent", None)
    }


def test_no_more_rounds_are_done_than_there_were_and_none_before_it_began() -> None:
    random, start = Random(4), date(2026, 1, 31)
    for _ in range(200):
        days = sorted(start + timedelta(days=random.randint(0, 2200)) for _ in range(random.randint(0, 14)))
        counts = [rounds_of(HALF_YEARLY, start, [(day, "e") for day in days[:n]]).done for n in range(len(days) + 1)]
        assert counts == sorted(counts), "one more inquiry never takes a round back"
        assert counts[-1] <= 10
        last = rounds_of(HALF_YEARLY, start, [(day, "e") for day in days])
        assert last.ended_on is None or last.ended_on > start


@pytest.fixture
def served(cast: Cast) -> Iterator[Case]:
    set_clock(lambda: at("2026-09-01"))
    case = hold(file_one(cast, filed_on=date(2025, 9, 1)), cast.group)
    record_event(case=case, key="final_round_ruling_served", occurred_at=at(SERVED))
    yield case
    set_clock(None)


def inquire(case: Case, day: str, source: str = "") -> bool:
    return record_event(case=case, key="inquiry_sent", occurred_at=at(day), source_id=source)


def check(case: Case) -> tuple[str, str]:
    assert list(case_differences(case_states([case.pk], None))) == []
    node = node_of(case, "half_year_check")
    return str(node.state), str(node.due_on)


@pytest.mark.django_db
def test_rows_roll_on_whatever_arrives_first_and_twice_is_once(served: Case) -> None:
    assert inquire(served, "2026-06-20", "first")
    assert check(served) == ("RUNNING", "2027-01-15")
    assert not inquire(served, "2026-06-20", "first")
    inquire(served, "2026-05-01", "earlier")
    assert check(served) == ("RUNNING", "2027-01-15")
    node = node_of(served, "half_year_check")
    assert node.stop_event is not None
    assert node.stop_event.source_id == "earlier", "it was this one that ended the round"


@pytest.mark.django_db
def test_an_inquiry_that_is_annulled_gives_its_round_back(served: Case) -> None:

    inquire(served, "2026-06-20")
    state = case_states([served.pk], None)[served.pk]
    told = next(event for event in state.events if event.key == "inquiry_sent")
    _, change = without_events(state, [told.id])
    void_events([told.id])
    write_case_events([change])
    assert due_on(served, "half_year_check") == "2026-07-15"
    assert node_of(served, "half_year_check").stop_event is None


@pytest.mark.django_db
def test_its_date_says_which_round_it_is_and_when_the_last_was_done(served: Case) -> None:
    inquire(served, "2026-06-20")
    state = case_states([served.pk], None)[served.pk]
    steps = {step.code: step.values for step in why(state, state.nodes["half_year_check", ""])}
    assert steps["recurrence"]["number"] == 2
    assert steps["round_done"]["day"] == date(2026, 6, 20)


@pytest.mark.django_db
@pytest.mark.parametrize(("day", "state"), [("2026-08-20", Finding.State.OPEN), ("2026-07-10", Finding.State.CLEARED)])
def test_a_round_done_late_stays_a_finding_and_one_that_was_only_told_late_does_not(
    served: Case, day: str, state: str
) -> None:
    watch_levels()
    found = Finding.objects.get(node__key="half_year_check")
    assert found.due_on == date(2026, 7, 15)
    inquire(served, day)
    watch_levels()
    found.refresh_from_db()
    assert (found.state, due_on(served, "half_year_check")) == (state, "2027-01-15")
