"""Delegations of whole cases over HTTP. No rules here."""

from io import BytesIO
from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import HttpRequest, HttpResponseBase
from ninja import Router
from pydantic import Field, StringConstraints

from server.cases.access import readable_case
from server.common.clock import now
from server.delegation.access import delegations_visible_to, readable_delegation
from server.delegation.eight_papers import paper_list
from server.delegation.papers import readable_paper
from server.delegation.queries import boxed, linked
from server.delegation.schemas import (
    Asking,
    DelegationDetail,
    DelegationPage,
    DelegationRow,
    Following,
    Moving,
    PaperDraft,
    PaperListView,
    SlotView,
    TargetDraft,
)
from server.delegation.services import (
    Asked,
    Said,
    Target,
    add_file,
    draft_delegation,
    drop_paper,
    move_delegation,
    name_paper,
    revise_draft,
)
from server.delegation.showing import detail_of, row_of
from server.delegation.states import State
from server.delegation.wording import refused_as
from server.evidence.api import Purpose, Reason
from server.evidence.papers_api import paper_response
from server.people.access import courts_watched_by
from server.people.auth import SignedIn
from server.people.models import Court, Officer

router = Router(tags=["delegations"], auth=SignedIn())
PageSize = Annotated[int, Field(ge=1, le=200)]
Slot = Annotated[str, StringConstraints(max_length=30)]
Title = Annotated[str, StringConstraints(max_length=200)]


def _officer(request: HttpRequest) -> Officer:
    assert isinstance(request.user, Officer)
    return request.user


@router.get("/delegation-papers", response=PaperListView)
def list_slots(request: HttpRequest) -> PaperListView:
    """The eight papers that go with a whole case, and how many of each."""
    known = paper_list()
    slots = [
        SlotView(key=each.key, zh=each.names[0], en=each.names[1], count=each.count) for each in known.slots.values()
    ]
    return PaperListView(version=known.version, papers=slots)


@router.get("/delegations", response=DelegationPage)
def list_delegations(
    request: HttpRequest,
    box: Literal["in", "out"] = "in",
    state: Literal[""] | State = "",
    cursor: UUID | None = None,
    limit: PageSize = 50,
) -> DelegationPage:
    """What came in to the reader's court and those he watches, or went out of them, the newest first."""
    officer = _officer(request)
    found = boxed(delegations_visible_to(officer), box, courts_watched_by(officer) | {officer.court_id})
    found = found.filter(state=state) if state else found
    found = found.filter(pk__lt=cursor) if cursor else found
    rows = found.select_related("from_court", "to_court", "case", "received_case").order_by("-pk")[: limit + 1]
    listed = list(rows)
    last = listed[limit - 1].pk if len(listed) > limit else None
    return DelegationPage(items=[row_of(row, now()) for row in listed[:limit]], next=last)


@router.get("/cases/{uuid:case_id}/delegations", response=list[DelegationRow])
def list_linked(request: HttpRequest, case_id: UUID) -> list[DelegationRow]:
    """The delegations by which a case went away or came, with the numbers on both sides; the newest first."""
    officer = _officer(request)
    case = readable_case(officer, case_id)
    rows = linked(case.pk).filter(pk__in=delegations_visible_to(officer).values("pk"))
    return [row_of(row, now()) for row in rows]


@router.post("/cases/{uuid:case_id}/delegations", response=DelegationDetail)
def draft(request: HttpRequest, case_id: UUID, body: Asking) -> DelegationDetail:
    """Draft the delegation of a whole case to a court of another province."""
    officer = _officer(request)
    case = readable_case(officer, case_id)
    asked = _asked(body)
    drafted = draft_delegation(
        case=case, to_court=_court(body.to_court), asked=asked, by=officer, delegation_id=body.id
    )
    return _shown(drafted.pk, officer)


@router.get("/delegations/{uuid:delegation_id}", response=DelegationDetail)
def read_delegation(request: HttpRequest, delegation_id: UUID) -> DelegationDetail:
    """One delegation as the reader's side knows it, with his next steps."""
    return _shown(delegation_id, _officer(request))


@router.put("/delegations/{uuid:delegation_id}", response=DelegationDetail)
def revise(request: HttpRequest, delegation_id: UUID, body: Asking) -> DelegationDetail:
    """Say anew what a draft says."""
    officer = _officer(request)
    delegation = readable_delegation(officer, delegation_id)
    revise_draft(delegation=delegation, to_court=_court(body.to_court), asked=_asked(body), by=officer)
    return _shown(delegation_id, officer)


@router.post("/delegations/{uuid:delegation_id}/moves", response=Following)
def move(request: HttpRequest, delegation_id: UUID, body: Moving) -> Following:
    """One step of its life; what stands against it is answered with its code."""
    officer = _officer(request)
    readable_delegation(officer, delegation_id)
    done = move_delegation(delegation_id=delegation_id, move=body.move, by=officer, said=_said(body))
    following = done.following and delegations_visible_to(officer).filter(pk=done.following.pk).first()
    return Following(delegation=_shown(delegation_id, officer), following=following.pk if following else None)


@router.post("/delegations/{uuid:delegation_id}/papers", response=DelegationDetail)
def take_paper(request: HttpRequest, delegation_id: UUID, body: PaperDraft) -> DelegationDetail:
    """A paper of the case as one of the eight."""
    officer = _officer(request)
    name_paper(delegation=readable_delegation(officer, delegation_id), slot=body.slot, paper_id=body.paper, by=officer)
    return _shown(delegation_id, officer)


@router.delete("/delegations/{uuid:delegation_id}/papers/{uuid:paper_id}", response=DelegationDetail)
def leave_paper(request: HttpRequest, delegation_id: UUID, paper_id: UUID) -> DelegationDetail:
    """It is none of the eight any more, and stays a paper of the case."""
    officer = _officer(request)
    drop_paper(delegation=readable_delegation(officer, delegation_id), paper_id=paper_id, by=officer)
    return _shown(delegation_id, officer)


@router.post("/delegations/{uuid:delegation_id}/files", response=DelegationDetail)
def take_file(request: HttpRequest, delegation_id: UUID, slot: Slot = "others", title: Title = "") -> DelegationDetail:
    """A file as one of the eight papers, and as a paper of the case: the body is its bytes."""
    officer = _officer(request)
    delegation = readable_delegation(officer, delegation_id)
    add_file(delegation=delegation, slot=slot, title=title or slot, content=BytesIO(request.body), by=officer)
    return _shown(delegation_id, officer)


@router.api_operation(
    ["GET", "HEAD"],
    "/delegations/{uuid:delegation_id}/files/{sha256}",
    summary="A paper of a delegation, byte for byte",
)
def read_file(
    request: HttpRequest, delegation_id: UUID, sha256: str, purpose: Purpose = "view", reason: Reason = ""
) -> HttpResponseBase:
    """One of the papers, to both courts: to the receiving one what was sent to it. Entered as `read_paper` says."""
    officer = _officer(request)
    paper = readable_paper(officer, readable_delegation(officer, delegation_id), sha256)
    return paper_response(request, paper, officer, None, purpose=purpose, reason=reason)


def _shown(delegation_id: UUID, officer: Officer) -> DelegationDetail:
    return detail_of(readable_delegation(officer, delegation_id), officer)


def _court(court_id: UUID) -> Court:
    court = Court.objects.filter(pk=court_id).first()
    if court is None:
        raise refused_as("delegation_court_unfit")
    return court


def _asked(body: Asking) -> Asked:
    members = body.dict(exclude={"to_court", "id", "targets"})
    return Asked(**members, targets=_targets(body.targets))


def _targets(drafts: list[TargetDraft]) -> list[Target]:
    return [Target(**draft.dict()) for draft in drafts]


def _said(body: Moving) -> Said:
    members: dict[str, Any] = body.dict(exclude={"move", "properties"})
    return Said(**members, properties=_targets(body.properties))
