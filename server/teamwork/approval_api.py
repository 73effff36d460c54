"""Urgent approvals over HTTP. No rules here."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from django.http import HttpRequest
from ninja import File, Form, Router, Schema
from ninja.files import UploadedFile
from pydantic import Field

from server.common.clock import now
from server.people.access import roles_of
from server.people.auth import SignedIn
from server.people.models import Officer
from server.teamwork.access import approvals_visible_to
from server.teamwork.approvals import is_overdue
from server.teamwork.models import Approval
from server.teamwork.services import give_approval, refuse_approval
from server.teamwork.services.approving import approval_not_found, may_decide

router = Router(tags=["teamwork"], auth=SignedIn())
AT_MOST = 200


class ApprovalView(Schema):
    id: UUID
    case_id: UUID
    case_no: str
    act_kind: str
    text: str
    act: UUID | None
    """Done first: then it is reported, and to be decided by `due_at`."""
    state: str
    asked_by: str
    asked_at: datetime
    received_at: datetime
    due_at: datetime | None
    is_overdue: bool
    decided_by: str | None
    decided_at: datetime | None
    said: str
    paper: str | None
    """Hash of the signed document."""
    may_decide: bool


class Refusing(Schema):
    said: Annotated[str, Field(max_length=1000)]


class Giving(Schema):
    title: Annotated[str, Field(max_length=200)] = ""
    """As a rule what the law calls it: 搜查令, 拘留决定书."""
    document_no: Annotated[str, Field(max_length=100)] = ""
    signer: Annotated[str, Field(max_length=100)] = ""
    said: Annotated[str, Field(max_length=1000)] = ""


def _officer(request: HttpRequest) -> Officer:
    assert isinstance(request.user, Officer)
    return request.user


@router.get("/approvals", response=list[ApprovalView])
def list_approvals(request: HttpRequest, waiting: bool = True) -> list[ApprovalView]:
    """What was asked in the cases the officer may read: what waits, or all of it; the newest first, at most 200."""
    return shown_to(_officer(request), waiting=waiting)


@router.post("/approvals/{uuid:approval_id}/approve", response=ApprovalView)
def approve(
    request: HttpRequest, approval_id: UUID, said: Form[Giving], document: File[UploadedFile | None] = None
) -> ApprovalView:
    """Yes, with the signed document as a file; by another person than asked, of the office the law wants."""
    _readable(request, approval_id)
    give_approval(approval_id=approval_id, by=_officer(request), document=document, **said.dict())
    return _shown(_readable(request, approval_id), _officer(request))


@router.post("/approvals/{uuid:approval_id}/refuse", response=ApprovalView)
def refuse(request: HttpRequest, approval_id: UUID, body: Refusing) -> ApprovalView:
    _readable(request, approval_id)
    refuse_approval(approval_id=approval_id, by=_officer(request), said=body.said)
    return _shown(_readable(request, approval_id), _officer(request))


def shown_to(officer: Officer, *, waiting: bool) -> list[ApprovalView]:
    rows = approvals_visible_to(officer).select_related("case", "asked_by", "decided_by", "paper")
    rows = rows.filter(state=Approval.State.WAITING) if waiting else rows
    roles = roles_of(officer)
    return [_shown(row, officer, roles) for row in rows.order_by("-asked_at", "-pk")[:AT_MOST]]


def _readable(request: HttpRequest, approval_id: UUID) -> Approval:
    rows = approvals_visible_to(_officer(request)).select_related("case", "asked_by", "decided_by", "paper")
    approval = rows.filter(pk=approval_id).first()
    if approval is None:
        raise approval_not_found()
    return approval


def _shown(row: Approval, officer: Officer, roles: frozenset[str] | None = None) -> ApprovalView:
    own = {name: getattr(row, name) for name in ("act_kind", "text", "state", "asked_at", "received_at", "due_at")}
    return ApprovalView(
        **own,
        id=row.pk,
        case_id=row.case_id,
        case_no=row.case.case_no,
        act=row.act_id,
        asked_by=row.asked_by.name,
        is_overdue=is_overdue(row.due_at, row.state, now()),
        decided_by=row.decided_by.name if row.decided_by else None,
        decided_at=row.decided_at,
        said=row.said,
        paper=row.paper.sha256 if row.paper else None,
        may_decide=row.state == Approval.State.WAITING and may_decide(row, officer, roles),
    )
