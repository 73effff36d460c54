"""Wire types of who works on a case."""

from datetime import date, datetime
from typing import Annotated, Self
from uuid import UUID

from ninja import Schema
from pydantic import Field

from server.common.day import Day
from server.people.models import Court, Officer, Team
from server.people.schemas import OfficerView
from server.teamwork.decide import is_overdue
from server.teamwork.models import Handover, Note, Task

Words = Annotated[str, Field(max_length=1000)]


class TeamView(Schema):
    id: UUID
    kind: str
    name: str


class NoteView(Schema):
    id: UUID
    text: str
    by: OfficerView
    noted_at: datetime
    handover: UUID | None

    @classmethod
    def of(cls, note: Note) -> Self:
        return cls(
            id=note.pk,
            text=note.text,
            by=OfficerView.from_orm(note.by),
            noted_at=note.noted_at,
            handover=note.handover_id,
        )


class SideView(Schema):
    team: TeamView | None
    officer: OfficerView | None

    @classmethod
    def of(cls, team: Team | None, officer: Officer | None) -> Self:
        return cls(
            team=TeamView.from_orm(team) if team else None, officer=OfficerView.from_orm(officer) if officer else None
        )


class HandoverView(Schema):
    id: UUID
    case: UUID
    case_no: str
    stage: str
    state: str
    """PROPOSED, ACCEPTED or REJECTED."""
    handed_over_by: SideView
    offered_to: SideView
    """Without an officer, any of the team may take it over."""
    proposed_by: OfficerView
    proposed_at: datetime
    due_on: date
    is_overdue: bool
    """It waits beyond that day."""
    decided_by: OfficerView | None
    decided_at: datetime | None
    """When it was decided, in the field perhaps."""
    received_at: datetime | None
    """When the server heard of it."""
    reason: str
    notes: list[NoteView]

    @classmethod
    def of(cls, handover: Handover, at: datetime) -> Self:
        return cls(
            id=handover.pk,
            case=handover.case_id,
            case_no=handover.case.case_no,
            stage=handover.stage,
            state=handover.state,
            handed_over_by=SideView.of(handover.from_team, handover.from_officer),
            offered_to=SideView.of(handover.to_team, handover.to_officer),
            proposed_by=OfficerView.from_orm(handover.proposed_by),
            proposed_at=handover.proposed_at,
            due_on=handover.due_on,
            is_overdue=is_overdue(handover.state, handover.due_on, at),
            decided_by=OfficerView.from_orm(handover.decided_by) if handover.decided_by else None,
            decided_at=handover.decided_at,
            received_at=handover.received_at,
            reason=handover.reason,
            notes=[NoteView.of(note) for note in handover.notes.all()],
        )


class HandoverPage(Schema):
    items: list[HandoverView]
    next: str | None


class PlanView(Schema):
    number: int
    """The highest counts."""
    text: str
    by: OfficerView
    written_at: datetime


class TaskView(Schema):
    id: UUID
    case: UUID
    case_no: str
    text: str
    to: OfficerView
    by: OfficerView
    given_at: datetime
    due_on: date
    is_overdue: bool
    state: str
    """OPEN, DONE, RETURNED or WITHDRAWN."""
    said: str
    moved_at: datetime | None
    received_at: datetime | None

    @classmethod
    def of(cls, task: Task, at: datetime) -> Self:
        columns = ("text", "given_at", "due_on", "state", "said", "moved_at", "received_at")
        return cls(
            id=task.pk,
            case=task.case_id,
            case_no=task.case.case_no,
            to=OfficerView.from_orm(task.to),
            by=OfficerView.from_orm(task.by),
            is_overdue=is_overdue(task.state, task.due_on, at),
            **{name: getattr(task, name) for name in columns},
        )


class TaskPage(Schema):
    items: list[TaskView]
    next: str | None


class StageOwnerView(Schema):
    stage: str
    team: TeamView | None
    officer: OfficerView | None
    since: datetime | None
    """Null: it was never handed over, and is the lead officer's."""


class CaseWork(Schema):
    lead_officer: OfficerView | None
    """Responsible to the end, whoever does the stage."""
    stage_owner: StageOwnerView
    must_go_to: list[str]
    """Stages that have begun and are another team's, in a court that works by stages: hand the case over."""
    plan: PlanView | None
    tasks: list[TaskView]
    handovers: list[HandoverView]
    notes: list[NoteView]


class WayOfWorking(Schema):
    assignment_model: Court.AssignmentModel
    handover_days: int = Field(ge=1, le=90)
    """How many days a handover may wait."""


class CourtWork(WayOfWorking):
    teams: list[TeamView]


class Proposal(Schema):
    id: UUID | None = None
    """Made by whoever asks; the same again changes nothing."""
    stage: str = Field(max_length=40)
    to_team: UUID | None = None
    to_officer: UUID | None = None
    notes: list[Words] = Field(default=[], max_length=50)


class Rejection(Schema):
    reason: Words


class NoteDraft(Schema):
    text: Words


class PlanDraft(Schema):
    text: str = Field(max_length=5000)


class TaskDraft(Schema):
    id: UUID | None = None
    """Made by whoever asks; the same again changes nothing."""
    text: Words
    to: UUID
    due_on: Day


class TaskWord(Schema):
    said: Words = ""
    """What was done, why it is given back, what is still wanted; only where it is done may it be left out."""
    due_on: Day | None = None
    """Of a task asked for again: until when now."""
