"""Debtors who join a case over HTTP: no rules."""

from uuid import UUID

from django.http import HttpRequest
from ninja import Router

from server.cases.api import officer_of
from server.cases.clock_rights import require_can_enter
from server.cases.models import Party
from server.cases.parties import PartyDraft
from server.cases.property_schemas import DebtorId, NewDebtor
from server.cases.services import add_debtor
from server.people.auth import SignedIn

router = Router(tags=["cases"], auth=SignedIn())


@router.post("/cases/{uuid:case_id}/debtors", response=DebtorId, summary="A debtor who joins the case")
def enter_debtor(request: HttpRequest, case_id: UUID, asked: NewDebtor) -> Party:
    """By who has the case in hand, or leads its bureau. His `id` is the chain of what the flow repeats for each."""
    officer = officer_of(request)
    party = PartyDraft(Party.Part.DEBTOR, **asked.dict(exclude={"joined_on"}))
    return add_debtor(case=require_can_enter(officer, case_id), party=party, joined_on=asked.joined_on, by=officer)
