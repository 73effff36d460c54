"""Acts over HTTP, for people at desks."""

from typing import Annotated
from uuid import UUID

from django.http import HttpRequest
from ninja import Router
from pydantic import Field

from server.cases.access import readable_case, require_can_read_case
from server.field.access import readable_action, readable_subjects
from server.field.claiming import claims_in
from server.field.details import action_detail, actions_of_case
from server.field.related import ask_related
from server.field.schemas import ActionDetail, ActionPage, ClaimView, RelatedCase, claim_view
from server.people.auth import SignedIn
from server.people.models import Officer

router = Router(tags=["field"], auth=SignedIn())
PageSize = Annotated[int, Field(ge=1, le=500)]


@router.get("/cases/{uuid:case_id}/actions", response=ActionPage)
def list_actions(request: HttpRequest, case_id: UUID, cursor: UUID | None = None, limit: PageSize = 50) -> ActionPage:
    """What was done on site in a case, in the order it was done; incomplete and parked acts too."""
    assert isinstance(request.user, Officer)
    require_can_read_case(request.user, case_id)
    actions = actions_of_case(case_id, after=cursor, limit=limit + 1)
    following = str(actions[limit - 1].id) if len(actions) > limit else None
    return ActionPage(items=actions[:limit], next=following)


@router.post("/cases/{uuid:case_id}/related", response=list[RelatedCase])
def ask_for_related(request: HttpRequest, case_id: UUID) -> list[RelatedCase]:
    """The same debtors elsewhere, for a case the officer holds; each asking stands in the ledger."""
    assert isinstance(request.user, Officer)
    case = readable_case(request.user, case_id)
    return [RelatedCase(**found) for found in ask_related(case=case, by=request.user)]


@router.get("/cases/{uuid:case_id}/claims", response=list[ClaimView])
def list_claims(request: HttpRequest, case_id: UUID) -> list[ClaimView]:
    """Clocks that protect people and property and run by a claim alone: what told of it waits, or was set aside."""
    assert isinstance(request.user, Officer)
    require_can_read_case(request.user, case_id)
    return [claim_view(node) for node in claims_in(case_id)]


@router.get("/actions/{uuid:action_id}", response=ActionDetail)
def show_action(request: HttpRequest, action_id: UUID) -> ActionDetail:
    """One act: each device's account, what is missing, and its files with what they say of themselves."""
    assert isinstance(request.user, Officer)
    action = readable_action(request.user, action_id)
    return action_detail(action, list(readable_subjects(request.user, action_id).order_by("pk")))
