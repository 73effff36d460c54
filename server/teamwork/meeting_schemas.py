"""Wire types of weekly meetings."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from ninja import Schema
from pydantic import Field

from server.common.day import Day
from server.people.schemas import OfficerView
from server.teamwork.schemas import TaskDraft, TaskView, TeamView, Words


class ItemView(Schema):
    id: UUID
    kind: str
    """NOTE, HANDOVER, NODE or OTHER."""
    case: UUID
    case_no: str
    about: UUID | None
    text: str
    """Words of the note; key of the handover's stage, or of the node."""
    due_on: date | None
    said: str
    task: TaskView | None


class MeetingRow(Schema):
    id: UUID
    court_id: UUID
    team: TeamView | None
    """Null: of the whole bureau."""
    week_of: date
    opened_by: OfficerView
    opened_at: datetime
    closed_at: datetime | None


class MeetingDetail(MeetingRow):
    items: list[ItemView]


class MeetingPage(Schema):
    items: list[MeetingRow]
    next: str | None


class Opening(Schema):
    team: UUID | None = None
    day: Day | None = None
    """Any day of the week; today if it is left out."""


class SayingDraft(Schema):
    item: UUID | None = None
    case: UUID | None = None
    """Of another matter than those on the agenda."""
    said: Words
    task: TaskDraft | None = None


class Minutes(Schema):
    items: Annotated[list[SayingDraft], Field(min_length=1, max_length=200)]
