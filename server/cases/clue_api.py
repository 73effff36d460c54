"""Clues to property over HTTP: no rules."""

from uuid import UUID

from django.http import HttpRequest
from ninja import Router

from server.cases.api import officer_of
from server.cases.clock_rights import require_can_enter
from server.cases.models import Clue, Node
from server.cases.property_schemas import ClueView, NewClue, Verification, VerificationView
from server.cases.services import enter_clue, verify_clue
from server.people.auth import SignedIn

router = Router(tags=["cases"], auth=SignedIn())


@router.post("/cases/{uuid:case_id}/clues", response=ClueView, summary="A clue, verified in a chain of its own")
def enter(request: HttpRequest, case_id: UUID, asked: NewClue) -> Clue:
    """By who has the case in hand, or leads its bureau."""
    officer = officer_of(request)
    return enter_clue(**asked.dict(), case=require_can_enter(officer, case_id), by=officer)


@router.post("/cases/{uuid:case_id}/clues/{uuid:clue_id}/verify", response=VerificationView, summary="It was verified")
def verify(request: HttpRequest, case_id: UUID, clue_id: UUID, asked: Verification) -> Node:
    """`clue_id` is the chain of the clue: for one of a phone, the id of its act."""
    officer = officer_of(request)
    case = require_can_enter(officer, case_id)
    return verify_clue(case=case, chain=str(clue_id), verified_on=asked.verified_on, by=officer)
