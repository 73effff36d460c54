"""Warnings, findings and urges for people at desks: HTTP in and out, no rules."""

from typing import Annotated, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Router
from pydantic import Field

from server.people.auth import SignedIn
from server.people.models import Officer
from server.supervision.access import findings_visible_to, urges_visible_to
from server.supervision.compelled import compelled_views, running_clocks
from server.supervision.models import Finding, Urge
from server.supervision.queries import level_counts, page_of, warned_nodes, with_all
from server.supervision.schemas import (
    CompelledView,
    ConclusionBody,
    ExplanationBody,
    FindingPage,
    FindingView,
    ReleaseBody,
    ReleaseView,
    ReplyBody,
    UrgeBody,
    UrgePage,
    UrgeView,
    WarningPage,
)
from server.supervision.services import answer_urge, conclude_finding, explain_finding, release_compelled, urge
from server.supervision.shown import finding_views, urge_views, warning_views

router = Router(tags=["supervision"], auth=SignedIn())
PageSize = Annotated[int, Field(ge=1, le=200)]
LevelFilter = Literal["", "NOTICE", "WARN", "DUE", "OVERDUE", "SEVERE"]
FindingFilter = Literal["", "open", "explained", "concluded", "cleared"]
UrgeFilter = Literal["", "open", "answered", "settled"]


def _officer(request: HttpRequest) -> Officer:
    assert isinstance(request.user, Officer)
    return request.user


@router.get("/warnings", response=WarningPage)
def list_warnings(
    request: HttpRequest, level: LevelFilter = "", case_id: UUID | None = None, limit: PageSize = 100
) -> WarningPage:
    """Nodes at a warning level in the cases the officer may read; what is due first stands first."""
    officer = _officer(request)
    nodes = list(warned_nodes(officer, level=level, case_id=case_id)[:limit])
    return WarningPage(items=warning_views(nodes), levels=level_counts(officer))


@router.get("/compelled", response=list[CompelledView])
def list_compelled(request: HttpRequest, case_id: UUID | None = None) -> list[CompelledView]:
    """Persons compelled to appear and not released yet, in the cases the officer may read; the longest first."""
    clocks = running_clocks(_officer(request))
    return compelled_views(clocks.filter(case_id=case_id) if case_id else clocks)


@router.post("/compelled/{uuid:clock_id}/release", response=ReleaseView)
def release(request: HttpRequest, clock_id: UUID, body: ReleaseBody) -> ReleaseView:
    """The person is free, with a reason, where no act says so: by who has the case in hand, or leads its bureau."""
    clock = release_compelled(clock_id=clock_id, released_at=body.released_at, reason=body.reason, by=_officer(request))
    assert clock.released_at
    return ReleaseView(id=clock.pk, action_id=clock.action_id, released_at=clock.released_at)


@router.get("/findings", response=FindingPage)
def list_findings(
    request: HttpRequest, state: FindingFilter = "", cursor: UUID | None = None, limit: PageSize = 50
) -> FindingPage:
    """Limits that passed, the newest first: whose, why, what was said and concluded, and whether that is certain."""
    rows, following = page_of(with_all(findings_visible_to(_officer(request))), state, cursor, limit)
    return FindingPage(items=finding_views(rows), next=following)


@router.post("/findings/{uuid:finding_id}/explain", response=FindingView)
def explain(request: HttpRequest, finding_id: UUID, body: ExplanationBody) -> FindingView:
    """Whoever holds the case says why it is late."""
    officer = _officer(request)
    found = explain_finding(finding_id=finding_id, cause=body.cause, explanation=body.explanation, by=officer)
    return _finding(found)


@router.post("/findings/{uuid:finding_id}/conclude", response=FindingView)
def conclude(request: HttpRequest, finding_id: UUID, body: ConclusionBody) -> FindingView:
    """A leader concludes; a breach only after an explanation, and not while it is provisional."""
    officer = _officer(request)
    found = conclude_finding(finding_id=finding_id, conclusion=body.conclusion, note=body.note, by=officer)
    return _finding(found)


@router.post("/cases/{uuid:case_id}/urges", response=UrgeView)
def urge_case(request: HttpRequest, case_id: UUID, body: UrgeBody) -> UrgeView:
    """Ask for news of the case, or of one node of it, within two working days."""
    made = urge(case_id=case_id, node_id=body.node_id, text=body.text, by=_officer(request))
    return _urge(made)


@router.get("/urges", response=UrgePage)
def list_urges(
    request: HttpRequest,
    state: UrgeFilter = "",
    case_id: UUID | None = None,
    cursor: UUID | None = None,
    limit: PageSize = 50,
) -> UrgePage:
    """Urges in the cases the officer may read, the newest first, answered ones with their replies."""
    urges = urges_visible_to(_officer(request)).select_related("case", "asked_by", "person", "replied_by")
    rows, following = page_of(urges.filter(case_id=case_id) if case_id else urges, state, cursor, limit)
    return UrgePage(items=urge_views(rows), next=following)


@router.post("/urges/{uuid:urge_id}/reply", response=UrgeView)
def reply(request: HttpRequest, urge_id: UUID, body: ReplyBody) -> UrgeView:
    """Whoever holds the case answers, once."""
    return _urge(answer_urge(urge_id=urge_id, text=body.text, by=_officer(request)))


def _finding(row: Finding) -> FindingView:
    return finding_views(list(with_all(Finding.objects.filter(pk=row.pk))))[0]


def _urge(row: Urge) -> UrgeView:
    return urge_views([row])[0]
