"""Pauses, extensions and suspension of a case over HTTP: no rules."""

from uuid import UUID

from django.http import HttpRequest
from ninja import Router

from server.cases.access import case_not_found
from server.cases.api import officer_of
from server.cases.clock_rights import approver_of, approver_of_extension, require_can_enter
from server.cases.clock_schemas import (
    ExtensionView,
    NewExtension,
    NewPause,
    PauseEnd,
    PauseView,
    Resumption,
    Standing,
    Suspension,
)
from server.cases.models import Case, ClockPause, Extension
from server.cases.services import end_pause, extend_limit, pause_clocks, resume_case, suspend_case
from server.people.auth import SignedIn

router = Router(tags=["cases"], auth=SignedIn())


@router.post("/cases/{uuid:case_id}/pauses", response=PauseView, summary="The clocks of a case stand still")
def enter_pause(request: HttpRequest, case_id: UUID, asked: NewPause) -> ClockPause:
    """Entered by who holds the case or leads the bureau; approved by a leader of the court, another person."""
    officer = officer_of(request)
    case = require_can_enter(officer, case_id)
    approver = approver_of(case, asked.approved_by)
    return pause_clocks(**{**asked.dict(), "case": case, "approved_by": approver, "by": officer})


@router.post("/cases/{uuid:case_id}/pauses/{uuid:pause_id}/end", response=PauseView, summary="They go on")
def finish(request: HttpRequest, case_id: UUID, pause_id: UUID, asked: PauseEnd) -> ClockPause:
    officer = officer_of(request)
    case = require_can_enter(officer, case_id)
    pause = ClockPause.objects.filter(case=case, pk=pause_id).first()
    if pause is None:
        raise case_not_found()
    return end_pause(pause=pause, ended_on=asked.ended_on, by=officer)


@router.post("/cases/{uuid:case_id}/extensions", response=ExtensionView, summary="A limit ends later")
def enter_extension(request: HttpRequest, case_id: UUID, asked: NewExtension) -> Extension:
    """Approved by a president of the court, or for the highest level by the court above."""
    officer = officer_of(request)
    case = require_can_enter(officer, case_id)
    approver = approver_of_extension(case, asked.approved_by, asked.level)
    return extend_limit(**{**asked.dict(), "case": case, "approved_by": approver, "by": officer})


@router.post("/cases/{uuid:case_id}/suspend", response=Standing, summary="Enforcement rests by a ruling")
def suspend(request: HttpRequest, case_id: UUID, asked: Suspension) -> Case:
    officer = officer_of(request)
    case = require_can_enter(officer, case_id)
    approver = approver_of(case, asked.approved_by)
    return suspend_case(**{**asked.dict(), "case": case, "approved_by": approver, "by": officer})


@router.post("/cases/{uuid:case_id}/resume", response=Standing, summary="Enforcement goes on")
def resume(request: HttpRequest, case_id: UUID, asked: Resumption) -> Case:
    officer = officer_of(request)
    return resume_case(case=require_can_enter(officer, case_id), reason=asked.reason, on=asked.on, by=officer)
