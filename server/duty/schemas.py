"""Wire types of what a desk keeps."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from ninja import Schema
from pydantic import Field

from server.cases.levels import Level
from server.common.clock import now
from server.duty.models import DailyReport, Mute, Shift, ShiftNote
from server.people.schemas import OfficerView

SAYABLE = r"^[^\x00]*$"
"""No database keeps a text with U+0000 in it."""


class MuteDraft(Schema):
    id: UUID | None = None
    """Made by whoever asks; the same again changes nothing."""
    cause: str = Field(default="", max_length=60, pattern=SAYABLE)
    """Key of a node; left out for all of a case."""
    case: UUID | None = None
    level: Level = Level.SEVERE
    """The worst it covers."""
    reason: Annotated[str, Field(max_length=500)]
    until: datetime


class MuteView(Schema):
    id: UUID
    cause: str
    case: UUID | None
    case_no: str | None
    level: Level
    reason: str
    by: OfficerView
    since: datetime
    until: datetime
    ended_at: datetime | None
    is_standing: bool

    @classmethod
    def of(cls, mute: Mute) -> "MuteView":
        return cls(
            id=mute.pk,
            cause=mute.cause,
            case=mute.case_id,
            case_no=mute.case.case_no if mute.case else None,
            level=Level(mute.level),
            reason=mute.reason,
            by=OfficerView.from_orm(mute.by),
            since=mute.since,
            until=mute.until,
            ended_at=mute.ended_at,
            is_standing=mute.ended_at is None and mute.until > now(),
        )


class MuteList(Schema):
    items: list[MuteView]


class LineDraft(Schema):
    text: Annotated[str, Field(max_length=1000)]
    case: UUID | None = None


class HandingOver(Schema):
    summary: Annotated[str, Field(max_length=2000)]


class TakingOver(Schema):
    note: str = Field(default="", max_length=1000)
    """Why, where nobody handed over."""


class LineView(Schema):
    id: UUID
    text: str
    case: UUID | None
    by: OfficerView
    at: datetime

    @classmethod
    def of(cls, line: ShiftNote) -> "LineView":
        return cls(id=line.pk, text=line.text, case=line.case_id, by=OfficerView.from_orm(line.by), at=line.at)


class ShiftRow(Schema):
    id: UUID
    court_id: UUID
    officer: OfficerView
    began_at: datetime
    handed_over_at: datetime | None
    summary: str
    left_open: dict[str, int]
    """What was open when it was handed over, by figure."""
    taken_by: OfficerView | None
    taken_at: datetime | None

    @classmethod
    def of(cls, shift: Shift) -> "ShiftRow":
        return cls(
            id=shift.pk,
            court_id=shift.court_id,
            officer=OfficerView.from_orm(shift.officer),
            began_at=shift.began_at,
            handed_over_at=shift.handed_over_at,
            summary=shift.summary,
            left_open=shift.left_open,
            taken_by=OfficerView.from_orm(shift.taken_by) if shift.taken_by else None,
            taken_at=shift.taken_at,
        )


class ShiftDetail(ShiftRow):
    lines: list[LineView]


class ShiftPage(Schema):
    items: list[ShiftRow]
    next: str | None


class ReportDraft(Schema):
    text: Annotated[str, Field(max_length=10_000)]
    based_on: int = Field(ge=0)
    """The version it was written over; 0 for none."""


class ReportView(Schema):
    day: date
    number: int
    text: str
    figures: dict[str, int]
    by: OfficerView
    at: datetime

    @classmethod
    def of(cls, report: DailyReport) -> "ReportView":
        by = OfficerView.from_orm(report.by)
        return cls(day=report.day, number=report.number, text=report.text, figures=report.figures, by=by, at=report.at)


class DayOfDuty(Schema):
    """A report's versions, the newest first, and the figures as they are counted now."""

    day: date
    figures: dict[str, int]
    versions: list[ReportView]
