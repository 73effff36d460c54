from datetime import date, timedelta
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from server.cases.calendar_notice import library_calendar
from server.cases.flow import FlowDefinition
from server.cases.flow_file import flow_definition
from server.cases.nodes import NodeState, State, apply_event, fold_events, initial_nodes

FLOW: FlowDefinition = flow_definition("enforcement_implementation", "2026.11-1")
FACTS = {"basis": "JUDGMENT", "track": "NORMAL", "claim_kind": "MONEY"}
DAY = date(2026, 11, 22)
CALENDAR = library_calendar()


def day(number: int) -> date:
    return DAY + timedelta(days=number - 1)


def test_a_case_begins_with_the_nodes_that_apply_to_it() -> None:
    nodes = initial_nodes(FLOW, FACTS)
    assert "case_limit_normal" in nodes
    assert "case_limit_nonlit" not in nodes
    assert "search_measure" not in nodes
    assert "search_measure" in initial_nodes(FLOW, FACTS | {"conceals_property": True})
    assert {node.state for node in nodes.values()} == {State.NOT_STARTED}


def test_filing_starts_the_case_clock_and_ends_the_review() -> None:
    nodes = fold_events(FLOW, [("application_received", day(1)), ("case_filed", day(4))], FACTS, CALENDAR)
    assert nodes["file_review"].state is State.DONE
    assert nodes["case_limit_normal"].due_on == date(2027, 5, 25)
    assert (nodes["triage"].state, nodes["triage"].due_on) == (State.RUNNING, day(5))


def test_the_same_event_twice_changes_nothing() -> None:
    nodes = fold_events(FLOW, [("case_filed", day(1))], FACTS, CALENDAR)
    assert apply_event(FLOW, nodes, "case_filed", day(1), FACTS, CALENDAR) == []
    assert not [c for c in apply_event(FLOW, nodes, "case_filed", day(3), FACTS, CALENDAR) if c.is_visible]


def test_an_event_no_node_waits_for_changes_nothing() -> None:
    assert apply_event(FLOW, initial_nodes(FLOW, FACTS), "tea_served", day(1), FACTS, CALENDAR) == []


def test_an_earlier_act_that_arrives_later_moves_the_start_and_the_due_date_back() -> None:
    nodes = fold_events(FLOW, [("materials_received_by_handler", day(9))], FACTS, CALENDAR)
    (notice,) = [
        change
        for change in apply_event(FLOW, nodes, "materials_received_by_handler", day(2), FACTS, CALENDAR)
        if change.key == "execution_notice"
    ]
    assert (notice.before.due_on, notice.after.due_on) == (day(12), day(5))
    assert not notice.has_started


def test_a_stop_that_arrives_before_its_start_counts_when_the_start_comes() -> None:
    nodes = fold_events(FLOW, [("notice_served", day(5))], FACTS, CALENDAR)
    assert nodes["notice_service"].state is State.NOT_STARTED
    (served,) = [
        c
        for c in apply_event(FLOW, nodes, "execution_notice_sent", day(3), FACTS, CALENDAR)
        if c.key == "notice_service"
    ]
    assert (served.after.started_on, served.after.finished_on) == (day(3), day(5))
    assert served.has_started
    assert served.has_finished


def test_an_inquiry_before_the_final_round_does_not_tick_off_the_half_year_check() -> None:
    nodes = fold_events(
        FLOW,
        [("materials_received_by_handler", day(1)), ("inquiry_sent", day(2)), ("final_round_ruling_served", day(150))],
        FACTS,
        CALENDAR,
    )
    assert nodes["network_inquiry_launch"].state is State.DONE
    assert nodes["half_year_check"].state is State.RUNNING


def test_a_node_started_by_either_of_two_events_takes_the_earlier() -> None:
    nodes = fold_events(FLOW, [("report_period_expired", day(8)), ("report_received", day(6))], FACTS, CALENDAR)
    assert nodes["debtor_report_review"].started_on == day(6)
    assert nodes["debtor_report_review"].start_event == "report_received"


def test_a_condition_that_does_not_hold_keeps_a_node_out() -> None:
    touched = {c.key for c in apply_event(FLOW, {}, "execution_notice_sent", day(1), {"claim_kind": "ACT"}, CALENDAR)}
    assert "property_report_order" not in touched
    assert "notice_service" in touched


def test_counting_back_from_an_expiry_warns_before_it() -> None:
    nodes = fold_events(FLOW, [("control_expiry", date(2027, 3, 1))], FACTS, CALENDAR)
    assert nodes["control_renewal"].due_on == date(2027, 1, 30)


def test_a_due_date_on_a_day_off_is_the_next_working_day_and_custody_ends_on_a_sunday_all_the_same() -> None:
    events = [("case_filed", date(2026, 9, 27)), ("detention_started", date(2026, 11, 7))]
    nodes = fold_events(FLOW, events, FACTS, CALENDAR)
    assert nodes["assign_handler"].due_on == date(2026, 10, 8), (
        "the seventh day is a Sunday in the National Day holiday"
    )
    assert nodes["detention_term"].due_on == date(2026, 11, 22)


def test_three_working_days_count_the_make_up_saturday_and_skip_the_spring_festival() -> None:
    nodes = fold_events(FLOW, [("delete_ground_met", date(2026, 2, 12))], FACTS, CALENDAR)
    assert nodes["dishonest_delete"].due_on == date(2026, 2, 24)


def test_a_change_that_only_remembers_a_stop_is_not_visible() -> None:
    (change,) = apply_event(FLOW, {}, "registry_entered", day(1), FACTS, CALENDAR)
    assert not change.is_visible
    assert change.after.state is State.NOT_STARTED


happenings = st.lists(
    st.tuples(st.sampled_from(sorted(FLOW.events)), st.integers(1, 40).map(day)), min_size=1, max_size=25
)


@given(happenings, st.randoms(use_true_random=False))
def test_the_order_of_arrival_never_matters(events: list[tuple[str, date]], random: Random) -> None:
    shuffled = [*events, random.choice(events)]
    random.shuffle(shuffled)
    assert fold_events(FLOW, shuffled, FACTS, CALENDAR) == fold_events(FLOW, events, FACTS, CALENDAR)


@given(happenings)
def test_no_node_ends_before_it_starts_but_what_is_to_be_done_before_a_day(events: list[tuple[str, date]]) -> None:
    for key, node in fold_events(FLOW, events, FACTS, CALENDAR).items():
        assert node.finished_on is None or node.started_on is not None
        if node.finished_on is not None and node.started_on is not None and not FLOW.tracked[key].limit.counts_back:
            assert node.started_on <= node.finished_on


def test_a_node_missing_from_the_state_counts_as_not_started() -> None:
    (change,) = [
        c for c in apply_event(FLOW, {}, "detention_started", day(1), FACTS, CALENDAR) if c.key == "detention_term"
    ]
    assert change.before == NodeState("detention_term")
    assert change.after.due_on == day(16)
