from datetime import UTC, date, datetime
from typing import Any

import pytest

from server.field.events import CausedEvent, caused_events
from server.field.kinds import kinds_document
from tests.wire.records import vectors

DOCUMENT = kinds_document()
COMPLETE = {v["kind"]: v["record"] for v in vectors() if v["name"].endswith(": complete")}
FINISHED = datetime(2026, 11, 22, 2, 30, tzinfo=UTC)


def names(kind: str, **changes: Any) -> list[str]:
    record = COMPLETE[kind]
    return [caused.event for caused in caused_events(DOCUMENT, kind, {**record, "fields": record["fields"] | changes})]


@pytest.mark.parametrize(
    ("kind", "events"),
    [
        ("SEAL", ["control_effective", "control_expiry"]),
        ("SEIZE", ["control_effective", "control_expiry"]),
        ("FREEZE_COUNTER", ["control_effective", "control_expiry"]),
        ("SEARCH", ["search_done", "field_action_started"]),
        ("SERVE", ["notice_served"]),
        ("SITE_SURVEY", ["field_action_started"]),
        ("LOCATE", ["field_action_started", "debtor_untraceable_recorded"]),
        ("VACATE", ["property_delivered"]),
        ("COMPEL", ["interview_done"]),
        ("DETAIN", ["detention_started"]),
        ("POST_NOTICE", []),
        ("DELIVER", ["property_delivered"]),
        ("INTERVIEW", ["interview_done"]),
        ("RELEASE", []),
    ],
)
def test_a_complete_act_tells_the_flow(kind: str, events: list[str]) -> None:
    assert names(kind) == events


def test_the_date_is_that_of_the_act() -> None:
    (served,) = caused_events(DOCUMENT, "SERVE", COMPLETE["SERVE"])
    assert served == CausedEvent("notice_served", FINISHED)
    sealed, expiry = caused_events(DOCUMENT, "SEAL", COMPLETE["SEAL"])
    assert sealed.at == date(2026, 11, 22)
    assert expiry == CausedEvent("control_expiry", date(2029, 11, 21), is_protective=True, is_forecast=True)


def test_a_waiting_seal_controls_nothing_yet() -> None:
    assert names("SEAL", priority_order="WAITING") == []


def test_a_renewal_is_no_new_control() -> None:
    assert names("SEAL", is_renewal=True) == ["control_renewed", "control_expiry"]
    assert names("FREEZE_COUNTER", measure="RENEW") == ["control_renewed", "control_expiry"]


def test_a_failed_attempt_tells_nothing_but_that_it_began() -> None:
    assert names("SEAL", result="FAILED", expires_on=None) == []
    assert names("DETAIN", result="FAILED") == []
    assert names("SEARCH", result="FAILED") == ["field_action_started"]


def test_only_the_papers_served_move_their_nodes() -> None:
    assert names("SERVE", documents_left=[{"kind": "SUMMONS"}]) == []
    assert names("SERVE", documents_left=[{"kind": "PRICE_REPORT"}]) == ["price_report_sent", "price_report_served"]
    assert names("SERVE", mode="PUBLIC") == []


def test_detention_starts_its_clock_on_the_barest_claim() -> None:
    (caused,) = caused_events(DOCUMENT, "DETAIN", {"fields": {}})
    assert caused == CausedEvent("detention_started", None, is_protective=True)


@pytest.mark.parametrize("record", [None, 5, {"fields": "x"}, {"fields": {"result": ["DONE"], "expires_on": 5}}])
def test_no_shape_of_a_record_breaks_the_events(record: Any) -> None:
    for kind in DOCUMENT["kinds"]:
        caused_events(DOCUMENT, kind["key"], record)
    assert caused_events(DOCUMENT, "TEA", record) == []
