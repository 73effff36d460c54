"""Weekly meetings over HTTP. No rules here."""

from typing import Annotated
from uuid import UUID

from django.http import HttpRequest
from ninja import Router
from pydantic import Field

from server.common.clock import local_date, now
from server.people.auth import SignedIn
from server.people.models import Officer, Team
from server.people.schemas import OfficerView
from server.teamwork.access import meetings_visible_to, readable_meeting
from server.teamwork.agenda import item_rows
from server.teamwork.meeting_schemas import (
    ItemView,
    MeetingDetail,
    MeetingPage,
    MeetingRow,
    Minutes,
    Opening,
    SayingDraft,
)
from server.teamwork.models import Meeting
from server.teamwork.schemas import TaskView, TeamView
from server.teamwork.services import Asked, Saying, close_meeting, open_meeting, write_minutes
from server.teamwork.services.tasks import require_officer

router = Router(tags=["teamwork"], auth=SignedIn())
PageSize = Annotated[int, Field(ge=1, le=200)]


def _officer(request: HttpRequest) -> Officer:
    assert isinstance(request.user, Officer)
    return request.user


@router.get("/meetings", response=MeetingPage)
def list_meetings(request: HttpRequest, cursor: UUID | None = None, limit: PageSize = 50) -> MeetingPage:
    """Meetings of the officer's teams, and of courts he watches, the newest first."""
    meetings = meetings_visible_to(_officer(request))
    following = meetings.filter(pk__lt=cursor) if cursor else meetings
    rows = list(following.select_related("team", "opened_by").order_by("-pk")[: limit + 1])
    last = str(rows[limit - 1].pk) if len(rows) > limit else None
    return MeetingPage(items=[_row(each) for each in rows[:limit]], next=last)


@router.post("/meetings", response=MeetingDetail)
def open_one(request: HttpRequest, body: Opening) -> MeetingDetail:
    """Open the meeting of a week: of a team, or without one of the whole bureau. Its agenda is what is so now."""
    officer = _officer(request)
    team = Team.objects.filter(pk=body.team).first() if body.team else None
    if body.team and team is None:
        team = Team(pk=body.team)  # one there is not is refused as one of another court
    meeting = open_meeting(court=officer.court, team=team, day=body.day or local_date(now()), by=officer)
    return _detail(meeting)


@router.get("/meetings/{uuid:meeting_id}", response=MeetingDetail)
def read_meeting(request: HttpRequest, meeting_id: UUID) -> MeetingDetail:
    """One meeting with what there was to talk about, what was said, and the tasks that followed."""
    return _detail(readable_meeting(_officer(request), meeting_id))


@router.post("/meetings/{uuid:meeting_id}/minutes", response=MeetingDetail)
def minutes(request: HttpRequest, meeting_id: UUID, body: Minutes) -> MeetingDetail:
    """Write down what was said of items; where somebody is to do something, it becomes a task."""
    meeting = readable_meeting(_officer(request), meeting_id)
    write_minutes(meeting=meeting, sayings=[_saying(each) for each in body.items], by=_officer(request))
    return _detail(meeting)


@router.post("/meetings/{uuid:meeting_id}/close", response=MeetingDetail)
def close(request: HttpRequest, meeting_id: UUID) -> MeetingDetail:
    """Nothing is added after this."""
    close_meeting(meeting=readable_meeting(_officer(request), meeting_id), by=_officer(request))
    return _detail(readable_meeting(_officer(request), meeting_id))


def _saying(draft: SayingDraft) -> Saying:
    task = draft.task
    asked = Asked(task.text, require_officer(task.to), task.due_on, task.id) if task else None
    return Saying(draft.said, draft.item, draft.case, asked)


def _row(meeting: Meeting) -> MeetingRow:
    return MeetingRow(
        id=meeting.pk,
        court_id=meeting.court_id,
        team=TeamView.from_orm(meeting.team) if meeting.team else None,
        week_of=meeting.week_of,
        opened_by=OfficerView.from_orm(meeting.opened_by),
        opened_at=meeting.opened_at,
        closed_at=meeting.closed_at,
    )


def _detail(meeting: Meeting) -> MeetingDetail:
    items = [
        ItemView(
            id=item.pk,
            kind=item.kind,
            case=item.case_id,
            case_no=item.case.case_no,
            about=item.about,
            text=text,
            due_on=item.due_on,
            said=item.said,
            task=TaskView.of(item.task, now()) if item.task else None,
        )
        for item, text in item_rows(meeting)
    ]
    return MeetingDetail(**_row(meeting).dict(), items=items)
