"""One case held by the holder's group, with an act, a step at the desk, a pause that ended and a property."""

import csv
import io
from datetime import date
from typing import Any

import pytest
from django.test import Client

from server.cases.models import Case
from server.cases.services import add_property, end_pause, pause_clocks, record_event
from tests.actors import Cast, browser_of, cast
from tests.cases.test_pauses import at
from tests.sync.pushing import COMPLETE, file_one, hold, phone_of

__all__ = ["cast"]
CHINESE = {"Accept-Language": "zh-Hans"}
API = "/api/v1/backfill"
RULING = "（2026）闽0924执7号之一"
FOUND_NOBODY = {**COMPLETE, "result": "NOT_FOUND", "target": "PERSON", "finished_at": "2026-11-10T03:00:00Z"}


@pytest.fixture
def case(cast: Cast) -> Case:
    return hold(file_one(cast), cast.group)


@pytest.fixture
def recorded(case: Case, cast: Cast) -> Case:
    phone = phone_of(cast.holder)
    phone.record("LOCATE", case_id=case.pk, fields=FOUND_NOBODY)
    phone.push()
    record_event(case=case, key="inquiry_sent", occurred_at=at("2026-11-04"), by=cast.holder)
    pause = pause_clocks(
        case=case,
        reason="STAYED",
        started_on=date(2026, 11, 5),
        document=RULING,
        approved_by=cast.director,
        by=cast.holder,
    )
    end_pause(pause=pause, ended_on=date(2026, 11, 9), by=cast.holder)
    add_property(case=case, kind="VEHICLE", name="闽A12345", source="NETWORK", confirmed_on=date(2026, 11, 6))
    return case


def rows_of(browser: Client, **asked: Any) -> list[dict[str, Any]]:
    answer = browser.get(API, asked, headers=CHINESE)
    assert answer.status_code == 200, answer.content
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


def by_kind(browser: Client, **asked: Any) -> dict[str, dict[str, Any]]:
    return {row["kind"]: row for row in rows_of(browser, **asked)}


def say(browser: Client, word: str, body: dict[str, Any]) -> Any:
    answer = browser.post(f"{API}/{word}", body, "application/json")
    assert answer.status_code == 200, answer.content
    return answer.json()


def named(*rows: dict[str, Any]) -> dict[str, Any]:
    return {"rows": [{"case_id": row["case_id"], "reference": row["reference"]} for row in rows]}


def outcomes(answer: dict[str, Any]) -> list[str]:
    return [each["outcome"] for each in answer["items"]]


def cells_of(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


def desk(cast: Cast) -> Client:
    return browser_of(cast.duty)
