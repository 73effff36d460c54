"""The dates of nodes of the real flow, computed by hand."""

from datetime import date
from typing import Any

import pytest

from server.cases.calendar_notice import library_calendar
from server.cases.citing import cited
from server.cases.clock import Terms
from server.cases.explanation import Due
from server.cases.extensions import Extension, faults_of, prolonged
from server.cases.flow_file import flow_definition
from server.cases.node_clock import NodeDue, Situation, node_due
from server.cases.pauses import Pause

FLOW = flow_definition("enforcement_implementation", "2026.11-1")
CALENDAR = library_calendar()


def of(key: str, started: str = "", **known: Any) -> NodeDue:
    on = date.fromisoformat(started) if started else None
    return node_due(FLOW.tracked[key], Situation(on, flow_id=FLOW.id, **known), CALENDAR)


def on(key: str, started: str = "", **known: Any) -> str:
    return str(of(key, started, **known).due.due_on)


def test_an_outer_limit_with_its_own_start_counts_where_it_ends_first() -> None:
    assert on("execution_notice", "2026-09-30") == "2026-10-08"
    filed = {"application_received": date(2026, 9, 20)}
    assert on("execution_notice", "2026-09-30", events=filed) == "2026-09-30"
    assert on("execution_notice", events=filed) == "2026-09-30", "it runs before the node's own start is known"


def test_money_is_paid_out_by_the_earlier_of_two_limits() -> None:
    payable = {"payable_conditions_met": date(2026, 9, 9)}
    assert on("funds_distribution", "2026-09-01") == "2026-10-08"
    assert on("funds_distribution", "2026-09-01", events=payable) == "2026-09-30", "20 September is worked"


def test_a_method_of_valuation_has_its_limit_and_its_extensions() -> None:
    assert on("reference_price_result", "2026-05-11", variant="NETWORK_INQUIRY") == "2026-05-14"
    assert on("reference_price_result", "2026-05-11", variant="APPRAISAL") == "2026-06-10"
    assert on("reference_price_result", "2026-05-11", variant="APPRAISAL", times_extended=2) == "2026-07-10"
    assert on("reference_price_result", "2026-05-11", variant="APPRAISAL", times_extended=9) == "2026-07-10"


def test_urgent_internal_and_earliest_dates_stand_beside_the_limit() -> None:
    assert on("clue_verification", "2026-05-11") == "2026-05-18"
    assert on("clue_verification", "2026-05-11", is_urgent=True) == "2026-05-14"
    review = of("file_review", "2026-05-11")
    assert review.internal is not None
    assert (review.due.due_on, review.internal.due_on) == (date(2026, 5, 18), date(2026, 5, 14))
    assert of("first_auction", "2026-05-11", variant="movable").earliest_on == date(2026, 5, 26)
    assert of("first_auction", "2026-05-11").earliest_on is None


def test_a_final_round_is_asked_for_too_early_at_two_months_and_twenty_days() -> None:
    review = of("final_round_review", "2026-03-30", events={"case_filed": date(2026, 1, 10)})
    assert review.earliest_on == date(2026, 4, 10)


def test_the_half_year_check_recurs_for_five_years() -> None:
    assert on("half_year_check", "2025-08-31", recurrences_done=1) == "2026-08-31"
    assert on("half_year_check", "2025-08-31", recurrences_done=10) == "None"


def test_custody_and_seals_neither_roll_nor_pause() -> None:
    suspended = (Pause(date(2026, 11, 8), date(2026, 11, 18), "SUSPENDED"),)
    assert on("detention_term", "2026-11-07", pauses=suspended) == "2026-11-22"
    assert on("control_renewal", "2026-10-31", pauses=suspended) == "2026-10-01"


def test_the_policy_of_a_court_and_the_list_of_a_node_say_what_stops_it() -> None:
    auction = (Pause(date(2026, 4, 1), date(2026, 4, 11), "AUCTION_SALE"),)
    assert on("case_limit_normal", "2026-03-31", pauses=auction) == "2026-10-10"
    assert on("case_limit_normal", "2026-03-31", pauses=auction, policy="LIST_2006") == "2026-09-30"
    assert on("reference_price_result", "2026-03-31", pauses=auction) == "2026-04-30"


def test_a_node_explains_its_event_basis_grade_calendar_and_flow() -> None:
    found = of("superior_petition_gate", "2023-06-01", start_event="application_received").due
    steps = {step.code: step.values for step in found.steps}
    assert steps["start_event"] == {"event": "application_received"}
    assert steps["basis"] == {"cited": "民诉法233", "law_version": "2021", "kind": "statutory", "grade": "A"}
    assert steps["calendar"]["version"] == CALENDAR.version
    assert steps["flow"]["version"] == FLOW.id


def test_what_has_not_started_says_so() -> None:
    assert [step.code for step in of("triage").due.steps] == ["not_started", "basis", "flow"]


@pytest.mark.parametrize(
    ("basis", "day", "text", "version"),
    [
        ("民诉法237", "2024-01-01", "民诉法237", "2023"),
        ("民诉法237", "2023-12-31", "民诉法233", "2021"),
        ("民诉法237", "2021-12-31", "民诉法226", "2012"),
        ("拍卖变卖规定27 (B); 民诉法260,261 (A)", "2022-05-01", "拍卖变卖规定27 (B); 民诉法256,257 (A)", "2021"),
        ("民诉法237", "2012-12-31", "民诉法237", ""),
        ("执行规定58", "2012-12-31", "执行规定58", ""),
    ],
)
def test_a_basis_is_cited_by_the_law_of_the_day_of_the_act(basis: str, day: str, text: str, version: str) -> None:
    citation = cited(basis, date.fromisoformat(day))
    assert (citation.text, citation.law_version) == (text, version)


def test_an_article_nobody_looked_up_keeps_its_newest_number_and_says_so() -> None:
    citation = cited("民诉法118", date(2022, 5, 1))
    assert (citation.text, citation.newer_numbers) == ("民诉法118", ("118",))
    assert cited("民诉法118", date(2024, 5, 1)).newer_numbers == ()


DUE = of("case_limit_normal", "2026-03-31").due


def asked(on: str, new_due: str, level: str = "VICE_PRESIDENT", by: str = "分管副院长") -> Extension:
    return Extension(date.fromisoformat(on), by, date.fromisoformat(new_due), level)


def faults(extension: Extension, *before: Extension, due_on: str = "2026-09-30") -> list[str]:
    return [fault.code for fault in faults_of(extension, before, date.fromisoformat(due_on))]


def extended(granted: Extension, *pauses: Pause) -> Due:
    return prolonged(DUE, [granted], Terms(CALENDAR, pauses))


def test_an_extension_asked_five_days_before_the_expiry_moves_the_date() -> None:
    one = asked("2026-09-25", "2026-12-30")
    assert faults(one) == []
    assert extended(one).due_on == date(2026, 12, 30)
    assert "extended" in [step.code for step in extended(one).steps]


def test_an_extension_that_is_not_valid_says_why() -> None:
    wrong = asked("2026-09-26", "2027-01-01", level="CLERK", by="")
    assert faults(wrong) == ["asked_too_late", "nobody_approved", "level_unknown", "too_long"]
    assert faults(asked("2026-05-01", "2026-09-30")) == ["not_later"]
    assert [fault.code for fault in faults_of(wrong, (), None)] == ["nothing_to_extend"]


def test_a_further_extension_needs_a_higher_level_and_its_own_five_days() -> None:
    first, due_on = asked("2026-09-25", "2026-12-30"), "2026-12-30"
    assert faults(asked("2026-12-20", "2027-03-01"), first, due_on=due_on) == ["needs_higher_level"]
    assert faults(asked("2026-12-20", "2027-03-01", "PRESIDENT"), first, due_on=due_on) == []
    assert faults(asked("2026-12-28", "2027-03-01", "PRESIDENT"), first, due_on=due_on) == ["asked_too_late"]


def test_an_extended_date_rolls_and_is_moved_by_a_pause_within_it() -> None:
    """Sunday the 27th moves to Monday; ten days of pause make it Wednesday the 6th of January."""
    one = asked("2026-09-25", "2026-12-27")
    assert extended(one).due_on == date(2026, 12, 28)
    ten_days = Pause(date(2026, 11, 1), date(2026, 11, 11))
    assert extended(one, ten_days).due_on == date(2027, 1, 6)
    still = extended(one, Pause(date(2026, 11, 1)))
    assert (still.due_on, still.is_running) == (None, False)


def test_an_extension_that_ends_before_the_limit_itself_changes_nothing() -> None:
    assert extended(asked("2026-08-01", "2026-09-01")) == DUE
