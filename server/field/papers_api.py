"""Papers of acts over HTTP: which there are, made anew where they are wanted, found by the code on their pages."""

import logging
from datetime import datetime
from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Schema

from server.evidence.models import Paper
from server.evidence.papers import paper_of_code
from server.evidence.serving import storage_unavailable
from server.evidence.store import StoreUnavailable
from server.field.paper_codes import as_printed
from server.field.papers import case_of_paper, issue_paper, papers_of_act
from server.people.auth import SignedIn
from server.people.models import Officer

router = Router(tags=["papers"], auth=SignedIn())
logger = logging.getLogger(__name__)


class ActPaperView(Schema):
    """A paper that an act has, and how it was last made. `/api/v1/papers/{sha256}` gives its bytes."""

    key: str
    title: str
    code: str
    standing: str
    """Of the act now: `draft`, `signed`, `parked`, `annulled`."""
    is_current: bool
    """What was made last says what there is to say now."""
    sha256: str | None
    issued_at: datetime | None


class IssuedView(Schema):
    key: str
    title: str
    code: str
    standing: str
    """Of the act when it was made; it is printed on a draft."""
    case_id: UUID
    action_id: UUID
    sha256: str
    size: int
    issued_at: datetime
    is_superseded: bool


@router.get("/actions/{uuid:action_id}/papers", response=list[ActPaperView], url_name="act_papers")
def list_act_papers(request: HttpRequest, action_id: UUID, case_id: UUID | None = None) -> list[ActPaperView]:
    """The papers of an act: those of its kind, the record of any act on site, and of corrections."""
    assert isinstance(request.user, Officer)
    action, case = case_of_paper(request.user, action_id, case_id)
    return [
        ActPaperView(
            key=each.key,
            title=each.title,
            code=each.code,
            standing=each.standing,
            is_current=each.is_current,
            sha256=each.made.sha256 if each.made else None,
            issued_at=each.made.added_at if each.made else None,
        )
        for each in papers_of_act(action, case)
    ]


@router.post("/actions/{uuid:action_id}/papers/{key}", response=IssuedView)
def issue_act_paper(request: HttpRequest, action_id: UUID, key: str, case_id: UUID | None = None) -> IssuedView:
    """Make one as the act stands now, and keep it; while nothing has changed, the one there is."""
    assert isinstance(request.user, Officer)
    action, case = case_of_paper(request.user, action_id, case_id)
    try:
        return _issued(issue_paper(action=action, case=case, key=key, by=request.user))
    except StoreUnavailable:
        logger.exception("a paper of act %s cannot be stored", action_id)
        raise storage_unavailable() from None


@router.get("/paper-codes/{code}", response=IssuedView)
def find_by_code(request: HttpRequest, code: str) -> IssuedView:
    """The paper in force that bears this code, as it was read off a page; 404 also for a case not yours to read."""
    assert isinstance(request.user, Officer)
    return _issued(paper_of_code(request.user, as_printed(code)))


def _issued(paper: Paper) -> IssuedView:
    assert paper.holder_id
    return IssuedView(
        key=paper.made_as,
        title=paper.title,
        code=paper.code,
        standing=paper.standing,
        case_id=paper.subject_id,
        action_id=paper.holder_id,
        sha256=paper.sha256,
        size=paper.size,
        issued_at=paper.added_at,
        is_superseded=paper.superseded_by_id is not None,
    )
