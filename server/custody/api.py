"""Odd readings for inspection: HTTP in and out, no rules."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import Field

from server.custody.access import odd_readings_visible_to, require_inspects
from server.custody.models import OddReading, Reading
from server.custody.queries import page_of
from server.custody.services import look_at
from server.people.auth import SignedIn
from server.people.models import Officer

router = Router(tags=["custody"], auth=SignedIn())


class ReadingView(Schema):
    id: UUID
    officer_id: UUID
    officer: str
    thing: str
    sha256: str
    case_id: UUID | None
    purpose: str
    reason: str
    in_hand: bool
    read_at: datetime


class OddReadingView(Schema):
    id: UUID
    rule: str
    officer_id: UUID | None
    day: date
    found_at: datetime
    looked_at: datetime | None
    looked_by_id: UUID | None
    word: str
    readings: list[ReadingView]


class OddReadingPage(Schema):
    items: list[OddReadingView]
    next: UUID | None


class Word(Schema):
    word: Annotated[str, Field(max_length=2000)]


def _officer(request: HttpRequest) -> Officer:
    assert isinstance(request.user, Officer)
    return request.user


@router.get("/odd-readings", response=OddReadingPage, summary="Readings to be looked at")
def list_odd_readings(
    request: HttpRequest,
    state: Literal["open", "looked_at"] = "open",
    cursor: UUID | None = None,
    limit: Annotated[int, Field(ge=1, le=200)] = 50,
) -> OddReadingPage:
    """For inspection and the auditor, of their own court; nobody sees one that is about himself. The newest first."""
    require_inspects(_officer(request))
    found = odd_readings_visible_to(_officer(request))
    rows = page_of(found, is_open=state == "open", after=cursor, limit=limit)
    following = rows[limit - 1].pk if len(rows) > limit else None
    return OddReadingPage(items=[_view(row) for row in rows[:limit]], next=following)


@router.post("/odd-readings/{odd_id}/look", response=OddReadingView, summary="Close one with a word")
def look(request: HttpRequest, odd_id: UUID, body: Word) -> OddReadingView:
    return _view(look_at(odd_id=odd_id, word=body.word, by=_officer(request)))


def _view(row: OddReading) -> OddReadingView:
    own = {name: getattr(row, name) for name in OddReadingView.model_fields if name != "readings"}
    readings = sorted(row.readings.all(), key=lambda reading: (reading.read_at, reading.pk))
    return OddReadingView(**own, readings=[_reading(reading) for reading in readings])


def _reading(row: Reading) -> ReadingView:
    own = {name: getattr(row, name) for name in ReadingView.model_fields if name != "officer"}
    return ReadingView(**own, officer=row.officer.name)
