"""Every limit of the flow (domain 2.5), its date computed by hand where the calendar makes it hard."""

from datetime import date, datetime
from typing import Any

import pytest

from server.cases.calendar_notice import library_calendar
from server.cases.flow_file import flow_definition
from server.cases.node_clock import NodeDue, Situation, node_due
from server.common.clock import SHANGHAI

FLOW = flow_definition("enforcement_implementation", "2026.11-2")
CALENDAR = library_calendar()

BY_HAND = [
    ("case_limit_normal", "2026-04-01", "2026-10-08", "1 October is off, and all up to the 7th"),
    ("case_limit_nonlit", "2025-11-30", "2026-02-28", "no 30 February; the 28th is worked"),
    ("case_limit_fast", "2026-07-05", "2026-10-08", "90 days: 26 + 31 + 30 and 3 of October"),
    ("superior_petition_gate", "2026-04-03", "2026-10-08", "3 October is off; a window, nobody is late"),
    ("file_review", "2026-09-24", "2026-10-08", "24 + 7 is 1 October"),
    ("triage", "2026-02-13", "2026-02-14", "a Saturday that is worked"),
    ("assign_handler", "2026-02-11", "2026-02-24", "the 18th is in the Spring Festival"),
    ("applicant_notice", "2026-09-29", "2026-10-08", "2 October"),
    ("execution_notice", "2026-05-06", "2026-05-09", "a Saturday that is worked"),
    ("property_report_order", "2026-10-09", "2026-10-09", "together with the notice"),
    ("notice_service", "2026-09-23", "2026-10-08", "3 October"),
    ("consumption_restriction", "2026-02-11", "2026-02-14", "a Saturday that is worked"),
    ("network_inquiry_launch", "2026-02-12", "2026-02-24", "the 15th, the first day off"),
    ("network_feedback_review", "2026-06-16", "2026-06-22", "Dragon Boat Festival, 19 to 21 June"),
    ("clue_verification", "2026-04-28", "2026-05-06", "5 May, the last day off"),
    ("debtor_report_review", "2026-03-25", "2026-04-07", "4 to 6 April are off"),
    ("debtor_interview", "2026-09-05", "2026-09-20", "a Sunday that is worked"),
    ("field_investigation", "2026-09-30", "2026-10-10", "a Saturday that is worked"),
    ("investigation_complete", "2026-01-31", "2026-02-28", "no 31 February: the 28th, a Saturday that is worked"),
    ("control_measure", "2026-05-29", "2026-06-01", "Monday"),
    ("control_renewal", "2029-10-31", "2029-10-01", "30 days back, on a holiday, and it never moves"),
    ("audit_or_reward", "2026-06-10", "2026-06-22", "the 20th is in the Dragon Boat Festival"),
    ("handover_to_disposal", "2026-10-08", "2026-10-12", "the 11th is a Sunday"),
    ("dishonest_decision", "2026-02-01", "2026-02-24", "the 16th"),
    ("dishonest_delete", "2026-02-13", "2026-02-25", "working days: 14, 24, 25"),
    ("coercive_approval", "2026-05-02", "2026-05-09", "a Saturday that is worked"),
    ("detention_term", "2026-11-07", "2026-11-22", "a Sunday, and so it is"),
    ("disposal_due_diligence", "2026-09-16", "2026-10-08", "1 October"),
    ("reference_price_start", "2026-09-01", "2026-10-08", "1 October"),
    ("reference_price_result", "2026-01-18", "2026-02-24", "17 February"),
    ("price_report_service", "2026-04-30", "2026-05-06", "3 May"),
    ("price_objection_window", "2026-09-29", "2026-10-08", "4 October"),
    ("sale_start", "2026-02-04", "2026-02-14", "a Saturday that is worked"),
    ("second_auction", "2026-02-28", "2026-03-30", "a Monday; February has 28 days"),
    ("sell_or_offset", "2026-06-05", "2026-06-22", "the 20th"),
    ("sale_ruling", "2026-08-31", "2026-09-10", "a Thursday"),
    ("title_assistance", "2026-09-21", "2026-09-28", "the 26th is off with Mid-autumn"),
    ("property_delivery", "2026-12-16", "2026-12-31", "the last day of a year that is loaded"),
    ("funds_claim", "2026-10-07", "2026-10-10", "a Saturday that is worked"),
    ("funds_distribution", "2026-09-01", "2026-10-08", "1 October"),
    ("close_case", "2026-10-03", "2026-10-10", "a Saturday that is worked"),
    ("archive_case", "2025-11-30", "2026-02-28", "no 30 February; the 28th is worked"),
    ("final_round_registry", "2026-02-16", "2026-02-24", "the 23rd is the last day off"),
    ("half_year_check", "2025-08-31", "2026-02-28", "no 31 February; the 28th is worked"),
    ("resume_decision", "2026-06-14", "2026-06-22", "the 21st is off"),
]


def of(key: str, started: str, **known: Any) -> NodeDue:
    on = datetime.fromisoformat(started).replace(hour=9, tzinfo=SHANGHAI)
    return node_due(FLOW.tracked[key], Situation(on, flow_id=FLOW.id, **known), CALENDAR)


@pytest.mark.parametrize(("key", "started", "due_on", "counted"), BY_HAND, ids=[key for key, *_ in BY_HAND])
def test_a_node_is_due_when_a_hand_counts_it_to(key: str, started: str, due_on: str, counted: str) -> None:
    assert str(of(key, started).due.due_on) == due_on, counted


def test_no_limit_of_the_flow_was_left_out() -> None:
    with_a_period = {key for key, node in FLOW.tracked.items() if node.limit.n is not None}
    assert {key for key, *_ in BY_HAND} == with_a_period
    assert len(BY_HAND) == len(with_a_period)


@pytest.mark.parametrize(
    ("key", "started", "earliest_on", "known", "counted"),
    [
        ("first_auction", "2026-09-20", "2026-10-05", {"variant": "movable"}, "15 days; a minimum never rolls"),
        (
            "first_auction",
            "2026-01-31",
            "2026-03-02",
            {"variant": "real_estate_or_right"},
            "30 days over 28 of February",
        ),
        ("second_auction", "2026-02-10", "2026-02-17", {"variant": "movable"}, "7 days, into the festival"),
        ("second_auction", "2026-02-10", "2026-02-25", {"variant": "real_estate_or_right"}, "15 days"),
        (
            "final_round_review",
            "2026-02-20",
            "2026-02-28",
            {"events": {"case_filed": date(2025, 11, 30)}},
            "three months from the filing: no 30 February",
        ),
    ],
)
def test_what_may_not_be_done_before_a_day_says_which(
    key: str, started: str, earliest_on: str, known: dict[str, Any], counted: str
) -> None:
    assert str(of(key, started, **known).earliest_on) == earliest_on, counted


@pytest.mark.parametrize(
    ("key", "started", "due_on", "known", "counted"),
    [
        (
            "case_limit_fast",
            "2025-08-25",
            "2026-02-24",
            {"variant": "PROPERTY_TO_DISPOSE"},
            "180 days: 6 + 30 + 31 + 30 + 31 + 31 and 21 of February",
        ),
        (
            "case_limit_fast",
            "2026-06-25",
            "2026-10-08",
            {"variant": "FINAL_ROUND"},
            "100 days: 5 + 31 + 31 + 30 and 3 of October",
        ),
        ("clue_verification", "2026-04-28", "2026-05-06", {"is_urgent": True}, "3 days: 1 May is off too"),
        ("clue_verification", "2026-05-11", "2026-05-14", {"is_urgent": True}, "3 days: a Thursday"),
        ("reference_price_result", "2026-02-12", "2026-02-24", {"variant": "NETWORK_INQUIRY"}, "3 days: the 15th"),
        (
            "reference_price_result",
            "2026-02-12",
            "2026-02-24",
            {"variant": "NETWORK_INQUIRY", "times_extended": 1},
            "3 more: the 18th",
        ),
        (
            "reference_price_result",
            "2026-08-02",
            "2026-09-16",
            {"variant": "APPRAISAL", "times_extended": 1},
            "30 + 15 days: 1 September and 15 more, a Wednesday",
        ),
        (
            "reference_price_result",
            "2026-08-02",
            "2026-10-08",
            {"variant": "APPRAISAL", "times_extended": 2},
            "30 + 30 days: 1 October",
        ),
        (
            "execution_notice",
            "2026-05-06",
            "2026-05-07",
            {"events": {"application_received": date(2026, 4, 27)}},
            "ten days from the application end before three from the papers",
        ),
        (
            "funds_distribution",
            "2026-09-01",
            "2026-09-30",
            {"events": {"payable_conditions_met": date(2026, 9, 9)}},
            "15 working days: 10-11, 14-18, Sunday 20 which is worked, 21-24, 28-30",
        ),
    ],
)
def test_further_limits_kinds_and_extensions(
    key: str, started: str, due_on: str, known: dict[str, Any], counted: str
) -> None:
    assert str(of(key, started, **known).due.due_on) == due_on, counted


def test_the_court_s_own_limit_of_a_file_review_rolls_like_any_other() -> None:
    internal = of("file_review", "2026-09-24").internal
    assert internal is not None
    assert str(internal.due_on) == "2026-09-28", "the 27th is off with Mid-autumn"
