"""Wire types of what moves the clocks of a case."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from ninja import Schema
from pydantic import Field

from server.cases.models import ClockPause, Extension
from server.common.day import Day

Document = Annotated[str, Field(max_length=40)]
"""A ruling or notice by its number."""
StaffNo = Annotated[str, Field(max_length=40)]
Words = Annotated[str, Field(max_length=200)]


class NewPause(Schema):
    reason: ClockPause.Reason
    started_on: Day
    ended_on: Day | None = None
    """The first day that counts again; none while it lasts."""
    document: Document = ""
    approved_by: StaffNo = ""


class PauseEnd(Schema):
    ended_on: Day


class Suspension(Schema):
    reason: Words
    on: Day | None = None
    """None: today."""
    document: Document = ""
    approved_by: StaffNo = ""


class Resumption(Schema):
    reason: Words
    on: Day | None = None


class Standing(Schema):
    id: UUID
    status: str
    version: int


class PauseView(Schema):
    id: UUID
    reason: str
    started_on: date
    ended_on: date | None
    document: str
    approved_by: str
    entered_at: datetime
    is_late_entry: bool
    """Entered more than three days after it began."""

    @staticmethod
    def resolve_approved_by(pause: ClockPause) -> str:
        return pause.approved_by.name


class NewExtension(Schema):
    key: Annotated[str, Field(max_length=60)]
    """Of a clock of the case, or of a node whose limit says by how much it may be prolonged."""
    chain: Annotated[str, Field(max_length=60)] = ""
    asked_on: Day
    new_due: Day | None = None
    """Of a clock of the case."""
    level: Extension.Level
    document: Document = ""
    approved_by: StaffNo = ""


class ExtensionView(Schema):
    id: UUID
    key: str
    chain: str
    asked_on: date
    new_due: date
    level: str
    document: str
    approved_by: str

    @staticmethod
    def resolve_approved_by(extension: Extension) -> str:
        return extension.approved_by.name
