"""What a desk keeps, over HTTP. No rules here."""

from datetime import date
from typing import Annotated
from uuid import UUID

from django.http import HttpRequest
from ninja import Path, Router
from pydantic import Field

from server.common.day import Day
from server.duty.access import named_case, readable_shift
from server.duty.figures import day_counts
from server.duty.models import Shift
from server.duty.queries import lines_of, past_mutes, shifts_page, standing_mutes, versions_of
from server.duty.schemas import (
    DayOfDuty,
    HandingOver,
    LineDraft,
    LineView,
    MuteDraft,
    MuteList,
    MuteView,
    ReportDraft,
    ReportView,
    ShiftDetail,
    ShiftPage,
    ShiftRow,
    TakingOver,
)
from server.duty.services import add_line, begin_shift, end_mute, hand_over, mute, save_report, take_over
from server.people.auth import SignedIn
from server.people.models import Officer

router = Router(tags=["duty"], auth=SignedIn())
PageSize = Annotated[int, Field(ge=1, le=200)]
PAST = 100


def _officer(request: HttpRequest) -> Officer:
    assert isinstance(request.user, Officer)
    return request.user


@router.get("/mutes", response=MuteList)
def list_mutes(request: HttpRequest, ended: bool = False) -> MuteList:
    """Mutes of the reader's desk that hold now; or those that ended, the newest first."""
    found = past_mutes(_officer(request), PAST) if ended else standing_mutes(_officer(request))
    return MuteList(items=[MuteView.of(each) for each in found])


@router.post("/mutes", response=MuteView)
def mute_alarm(request: HttpRequest, body: MuteDraft) -> MuteView:
    """Hear nothing of a cause, or of a case, until a moment; never of custody, lapsing seals and calls for help."""
    officer = _officer(request)
    made = mute(
        cause=body.cause,
        case=named_case(officer, body.case),
        level=body.level,
        reason=body.reason,
        until=body.until,
        by=officer,
        mute_id=body.id,
    )
    return MuteView.of(made)


@router.post("/mutes/{uuid:mute_id}/end", response=MuteView)
def unmute(request: HttpRequest, mute_id: UUID) -> MuteView:
    """Hear of it again before its time."""
    return MuteView.of(end_mute(mute_id=mute_id, by=_officer(request)))


@router.get("/shifts", response=ShiftPage)
def list_shifts(request: HttpRequest, cursor: UUID | None = None, limit: PageSize = 50) -> ShiftPage:
    """Shifts of the courts the reader watches, the newest first."""
    rows, following = shifts_page(_officer(request), cursor, limit)
    return ShiftPage(items=[ShiftRow.of(each) for each in rows], next=following)


@router.post("/shifts", response=ShiftDetail)
def begin(request: HttpRequest) -> ShiftDetail:
    """Go on duty where nobody is."""
    return _detail(begin_shift(by=_officer(request)))


@router.get("/shifts/{uuid:shift_id}", response=ShiftDetail)
def read_shift(request: HttpRequest, shift_id: UUID) -> ShiftDetail:
    """One shift with the lines of its log."""
    return _detail(readable_shift(_officer(request), shift_id))


@router.post("/shifts/{uuid:shift_id}/lines", response=ShiftDetail)
def write_line(request: HttpRequest, shift_id: UUID, body: LineDraft) -> ShiftDetail:
    """Write into the log of the shift that stands."""
    officer = _officer(request)
    add_line(shift_id=shift_id, text=body.text, case=named_case(officer, body.case), by=officer)
    return read_shift(request, shift_id)


@router.post("/shifts/{uuid:shift_id}/hand-over", response=ShiftDetail)
def offer(request: HttpRequest, shift_id: UUID, body: HandingOver) -> ShiftDetail:
    """Say what whoever takes over should know; what is open is counted."""
    return _detail(hand_over(shift_id=shift_id, summary=body.summary, by=_officer(request)))


@router.post("/shifts/{uuid:shift_id}/take-over", response=ShiftDetail)
def take(request: HttpRequest, shift_id: UUID, body: TakingOver) -> ShiftDetail:
    """Acknowledge, and be on duty; answers with the shift that begins."""
    return _detail(take_over(shift_id=shift_id, note=body.note, by=_officer(request)))


@router.get("/daily-reports/{day}", response=DayOfDuty)
def read_report(request: HttpRequest, day: Path[Day]) -> DayOfDuty:
    """The reader's court on that day: figures as counted now, and what was saved."""
    return _day(_officer(request), day)


@router.post("/daily-reports/{day}", response=DayOfDuty)
def write_report(request: HttpRequest, day: Path[Day], body: ReportDraft) -> DayOfDuty:
    """Save one more version."""
    save_report(day=day, text=body.text, based_on=body.based_on, by=_officer(request))
    return _day(_officer(request), day)


def _day(officer: Officer, day: date) -> DayOfDuty:
    versions = [ReportView.of(each) for each in versions_of(officer, day)]
    return DayOfDuty(day=day, figures=day_counts(officer, day), versions=versions)


def _detail(shift: Shift) -> ShiftDetail:
    return ShiftDetail(**ShiftRow.of(shift).dict(), lines=[LineView.of(each) for each in lines_of(shift)])
