"""Who works on a case, over HTTP, for people at desks. No rules here."""

from typing import Annotated, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Router
from pydantic import Field

from server.common.clock import now
from server.people.auth import SignedIn
from server.people.models import Court, Officer, Team
from server.people.schemas import OfficerView
from server.people.services import set_way_of_working
from server.teamwork.access import (
    handovers_visible_to,
    readable_case,
    readable_court,
    readable_handover,
    require_can_work_on,
    require_leads,
)
from server.teamwork.models import Handover, Note, Plan, Task
from server.teamwork.queries import (
    lead_officer_of,
    named,
    overdue_handovers,
    stage_owner_of,
    stages_another_team_must_do,
)
from server.teamwork.schemas import (
    CaseWork,
    CourtWork,
    HandoverPage,
    HandoverView,
    NoteDraft,
    NoteView,
    PlanView,
    Proposal,
    Rejection,
    SideView,
    StageOwnerView,
    TaskView,
    TeamView,
    WayOfWorking,
)
from server.teamwork.services import add_note, decide_handover, propose_handover

router = Router(tags=["teamwork"], auth=SignedIn())
PageSize = Annotated[int, Field(ge=1, le=200)]
Standing = Literal["waiting", "overdue", "all"]


def _officer(request: HttpRequest) -> Officer:
    assert isinstance(request.user, Officer)
    return request.user


@router.get("/cases/{uuid:case_id}/work", response=CaseWork)
def case_work(request: HttpRequest, case_id: UUID) -> CaseWork:
    """Who is responsible, who does the stage, what was handed over and what to look out for."""
    case = readable_case(_officer(request), case_id)
    lead, owner = lead_officer_of(case.pk), stage_owner_of(case)
    handovers = named(Handover.objects.filter(case=case)).order_by("proposed_at", "pk")
    notes = Note.objects.filter(case=case).select_related("by").order_by("noted_at", "pk")
    plan = Plan.objects.filter(case=case).select_related("by").order_by("-number").first()
    tasks = Task.objects.filter(case=case).select_related("case", "to", "by").order_by("due_on", "pk")
    return CaseWork(
        lead_officer=OfficerView.from_orm(lead) if lead else None,
        stage_owner=StageOwnerView(
            stage=owner.stage, since=owner.since, **dict(SideView.of(owner.team, owner.officer))
        ),
        must_go_to=stages_another_team_must_do(case),
        plan=PlanView.from_orm(plan) if plan else None,
        tasks=[TaskView.of(task, now()) for task in tasks],
        handovers=[HandoverView.of(each, now()) for each in handovers],
        notes=[NoteView.of(note) for note in notes],
    )


@router.post("/cases/{uuid:case_id}/handovers", response=HandoverView)
def propose(request: HttpRequest, case_id: UUID, body: Proposal) -> HandoverView:
    """Offer the case, from a stage on, to a team or an officer of the court."""
    officer = _officer(request)
    handover = propose_handover(
        case=readable_case(officer, case_id),
        stage=body.stage,
        by=officer,
        to_team=Team.objects.filter(pk=body.to_team).first() if body.to_team else None,
        to_officer=Officer.objects.filter(pk=body.to_officer).first() if body.to_officer else None,
        notes=body.notes,
        handover_id=body.id,
    )
    return _shown(handover.pk)


@router.post("/cases/{uuid:case_id}/notes", response=NoteView)
def note(request: HttpRequest, case_id: UUID, body: NoteDraft) -> NoteView:
    """Write down what whoever works on the case must look out for."""
    case = readable_case(_officer(request), case_id)
    require_can_work_on(_officer(request), case)
    return NoteView.of(add_note(case=case, text=body.text, by=_officer(request)))


@router.get("/handovers", response=HandoverPage)
def list_handovers(
    request: HttpRequest, state: Standing = "waiting", cursor: UUID | None = None, limit: PageSize = 50
) -> HandoverPage:
    """Those of the cases the officer may read: that wait, that wait too long, or all, in the order they were made."""
    visible = handovers_visible_to(_officer(request))
    if state == "overdue":
        visible = visible.filter(pk__in=overdue_handovers().values("pk"))
    elif state == "waiting":
        visible = visible.filter(state=Handover.State.PROPOSED)
    following = visible.filter(pk__gt=cursor) if cursor else visible
    rows = list(named(following).order_by("pk")[: limit + 1])
    last = str(rows[limit - 1].pk) if len(rows) > limit else None
    return HandoverPage(items=[HandoverView.of(each, now()) for each in rows[:limit]], next=last)


@router.get("/handovers/{uuid:handover_id}", response=HandoverView)
def read_handover(request: HttpRequest, handover_id: UUID) -> HandoverView:
    """One handover; 404 also for one of a case that is not yours to read."""
    return _shown(readable_handover(_officer(request), handover_id).pk)


@router.post("/handovers/{uuid:handover_id}/accept", response=HandoverView)
def accept(request: HttpRequest, handover_id: UUID) -> HandoverView:
    """Take the stage over; its clock starts now."""
    readable_handover(_officer(request), handover_id)
    decide_handover(handover_id=handover_id, officer=_officer(request), is_accepted=True)
    return _shown(handover_id)


@router.post("/handovers/{uuid:handover_id}/reject", response=HandoverView)
def reject(request: HttpRequest, handover_id: UUID, body: Rejection) -> HandoverView:
    """Send it back, with the reason."""
    readable_handover(_officer(request), handover_id)
    decide_handover(handover_id=handover_id, officer=_officer(request), is_accepted=False, reason=body.reason)
    return _shown(handover_id)


def _shown(handover_id: UUID) -> HandoverView:
    return HandoverView.of(named(Handover.objects.filter(pk=handover_id)).get(), now())


@router.get("/courts/{uuid:court_id}/work", response=CourtWork)
def court_work(request: HttpRequest, court_id: UUID) -> CourtWork:
    """How a court works: whether cases pass on by stages, and its teams."""
    court = readable_court(_officer(request), court_id)
    teams = [TeamView.from_orm(team) for team in court.teams.order_by("kind", "name")]
    model = Court.AssignmentModel(court.assignment_model)
    return CourtWork(assignment_model=model, handover_days=court.handover_days, teams=teams)


@router.put("/courts/{uuid:court_id}/work", response=CourtWork)
def choose_way_of_working(request: HttpRequest, court_id: UUID, body: WayOfWorking) -> CourtWork:
    """For handovers made from now on; by the director or the president of that court."""
    officer = _officer(request)
    court = readable_court(officer, court_id)
    require_leads(officer, court)
    set_way_of_working(
        court=court, assignment_model=body.assignment_model, handover_days=body.handover_days, by=officer
    )
    return court_work(request, court_id)
