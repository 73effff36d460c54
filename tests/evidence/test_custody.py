"""Nothing is given without its entry: who, when, for what purpose, and why where it is taken away."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.http import StreamingHttpResponse
from django.test import Client

from server.cases.models import Case
from server.common.clock import set_clock
from server.custody.models import Reading
from server.custody.services import WINDOW
from server.evidence import services
from server.ledger.models import Entry
from tests import pictures
from tests.actors import Cast, Phone, browser_of
from tests.evidence.uploading import Response, Uploader, promise, sha256_of

PHOTO = pictures.jpeg(seed=61)
SHA256 = sha256_of(PHOTO)
HREF = f"/api/v1/evidence/{SHA256}"


@pytest.fixture
def delivered(phone: Phone, held_case: Case) -> Case:
    promise(phone, PHOTO, held_case)
    Uploader(phone).deliver(PHOTO)
    services.make_preview(SHA256)
    return held_case


@pytest.fixture
def holder(cast: Cast, delivered: Case) -> Client:
    return browser_of(cast.holder)


@pytest.fixture
def clock() -> Iterator[list[datetime]]:
    moments = [datetime.now(UTC) + timedelta(minutes=1)]
    set_clock(lambda: moments[0])
    yield moments
    set_clock(None)


def got(response: Response) -> int:
    """The status, once the body was read to its end."""
    if isinstance(response, StreamingHttpResponse):
        response.getvalue()
    return int(response.status_code)


def entered(kind: str) -> list[dict[str, Any]]:
    rows = Entry.objects.filter(kind=kind).order_by("stream", "position")
    return [json.loads(row.view) | json.loads(row.facts) | {"stream": row.stream} for row in rows]


def test_a_film_played_by_ranges_is_one_view_and_the_next_half_hour_another(
    holder: Client, clock: list[datetime]
) -> None:
    for start in range(0, 1000, 100):
        assert got(holder.get(HREF, headers={"Range": f"bytes={start}-{start + 99}"})) == 206
    assert len(entered("evidence_read")) == 1
    clock[0] += WINDOW
    assert got(holder.get(HREF, headers={"Range": "bytes=0-99"})) == 206
    assert len(entered("evidence_read")) == 2


def test_a_range_from_the_middle_is_entered_as_well(holder: Client) -> None:
    assert got(holder.get(HREF, headers={"Range": "bytes=500-"})) == 206
    assert [view["purpose"] for view in entered("evidence_read")] == ["view"]


@pytest.mark.parametrize("asked", [{"download": "1"}, {"purpose": "download"}, {"purpose": "print"}])
def test_taking_a_file_away_wants_a_reason(holder: Client, asked: dict[str, str]) -> None:
    for reason in ({}, {"reason": "  "}):
        response = holder.get(HREF, asked | reason)
        assert (response.status_code, response.json()["code"]) == (422, "reason_required")
    assert entered("evidence_read") == []
    assert got(holder.get(HREF, asked | {"reason": " 附卷归档 "})) == 200
    (entry,) = entered("evidence_read")
    assert (entry["purpose"], entry["reason"]) == (asked.get("purpose", "download"), "附卷归档")


def test_the_reason_stands_in_the_private_part_of_the_entry(holder: Client) -> None:
    got(holder.get(HREF, {"purpose": "print", "reason": "当庭出示"}))
    row = Entry.objects.get(kind="evidence_read")
    assert "当庭出示" not in row.view
    assert "当庭出示" in row.facts


def test_two_reasons_are_two_entries_and_the_same_twice_is_one(holder: Client) -> None:
    for reason in ("附卷", "附卷", "复核"):
        got(holder.get(HREF, {"purpose": "download", "reason": reason}))
    assert [entry["reason"] for entry in entered("evidence_read")] == ["附卷", "复核"]


def test_the_page_of_a_case_with_all_its_previews_is_one_look_at_the_case(
    cast: Cast, holder: Client, delivered: Case
) -> None:
    assert holder.get(f"/centre/cases/{delivered.pk}").status_code == 200
    assert holder.get(f"/api/v1/cases/{delivered.pk}").status_code == 200
    assert holder.get(f"{HREF}/thumbnail").status_code == 200
    (entry,) = entered("case_read")
    assert entry["stream"] == f"inspection:{cast.court.pk}"
    assert entry["subject"] == {"type": "case", "id": str(delivered.pk)}
    assert entered("evidence_read") == []


def test_the_printed_sheet_of_a_case_is_a_print_of_it(holder: Client, delivered: Case) -> None:
    assert holder.get(f"/centre/cases/{delivered.pk}").status_code == 200
    assert holder.get(f"/centre/cases/{delivered.pk}/print").status_code == 200
    assert [entry["purpose"] for entry in entered("case_read")] == ["view", "print"]


def test_who_works_on_a_case_is_told_from_who_reads_it_by_role(cast: Cast, holder: Client, delivered: Case) -> None:
    got(holder.get(HREF))
    got(browser_of(cast.duty).get(HREF))
    in_hand = dict(Reading.objects.values_list("officer", "in_hand"))
    assert in_hand == {cast.holder.pk: True, cast.duty.pk: False}


def test_an_attempt_without_a_right_is_entered_with_both_courts_once(cast: Cast, delivered: Case) -> None:
    for href in (HREF, HREF, f"{HREF}/thumbnail"):
        assert got(browser_of(cast.stranger).get(href)) == 404
    entries = entered("reading_refused")
    assert {entry["stream"] for entry in entries} == {
        f"inspection:{cast.court.pk}",
        f"inspection:{cast.other_court.pk}",
    }
    assert {entry["officer"] for entry in entries} == {str(cast.stranger.pk)}
    assert len(entries) == 2


def test_a_hash_of_nothing_leaves_no_entry(cast: Cast, delivered: Case) -> None:
    assert got(browser_of(cast.stranger).get(f"/api/v1/evidence/{'0' * 64}")) == 404
    assert not Reading.objects.exists()


def test_nothing_is_given_where_the_entry_cannot_be_written(holder: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(drafts: Any) -> Any:
        raise OSError("the ledger does not answer")

    monkeypatch.setattr("server.custody.services.recording.append", broken)
    holder.raise_request_exception = False
    response = holder.get(HREF)
    assert response.status_code == 500
    assert PHOTO not in response.content
    assert not Reading.objects.exists()
