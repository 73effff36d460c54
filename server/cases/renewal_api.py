"""Renewals of seals and freezes, and which is of which, over HTTP: no rules."""

from datetime import date
from typing import Annotated
from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import Field

from server.cases.access import readable_case
from server.cases.api import officer_of
from server.cases.clock_rights import require_can_enter
from server.cases.measures import Renewal, awaiting, chain_of_act, expiries, in_force, renewals
from server.cases.queries import case_states
from server.cases.services import assign_renewal
from server.common.clock import local_date
from server.people.auth import SignedIn

router = Router(tags=["cases"], auth=SignedIn())


class RenewalView(Schema):
    act: str
    """The act that renewed, or the event by which a desk said so."""
    renewed_on: date
    named: str
    """The chain it was said to renew; empty where nobody said."""
    chain: str | None
    """The one it ends; null while it awaits being assigned."""
    awaits: bool
    choices: list[str]
    """Of one that awaits: the chains of the measures in force on its day."""


class MeasureView(Schema):
    chain: str
    expires_on: date
    is_renewed: bool


class RenewalsView(Schema):
    measures: list[MeasureView]
    renewals: list[RenewalView]


class Assigning(Schema):
    chain: Annotated[str, Field(max_length=60)]
    reason: str = ""


@router.get("/cases/{uuid:case_id}/renewals", response=RenewalsView, summary="Seals and freezes, and what renewed them")
def listed(request: HttpRequest, case_id: UUID) -> RenewalsView:
    case = readable_case(officer_of(request), case_id)
    state = case_states([case.pk], None)[case.pk]
    measures, found = [], []
    for node in state.flow.measured:
        told, waiting = renewals(node, state.events), {each.event for each in awaiting(node, state.events)}
        over = {each.chain for each in told}
        for chain, on in sorted(expiries(node, state.events).items()):
            measures.append(MeasureView(chain=chain, expires_on=on, is_renewed=chain in over))
        for each in told:
            standing = in_force(node, state.events, local_date(each.at)) if each.event in waiting else []
            choices = [chain for chain in standing if chain != chain_of_act(each.act)]
            found.append(_view(each, choices, awaits=each.event in waiting))
    return RenewalsView(measures=measures, renewals=found)


@router.post(
    "/cases/{uuid:case_id}/renewals/{uuid:act}", response=RenewalView, summary="This renewal is of that measure"
)
def assign(request: HttpRequest, case_id: UUID, act: UUID, asked: Assigning) -> RenewalView:
    """By who has the case in hand, or leads its bureau, with a reason."""
    officer = officer_of(request)
    case = require_can_enter(officer, case_id)
    said = assign_renewal(case=case, act=str(act), chain=asked.chain, reason=asked.reason, by=officer)
    return _view(said, [], awaits=False)


def _view(renewal: Renewal, choices: list[str], *, awaits: bool) -> RenewalView:
    ended = None if awaits else renewal.chain
    return RenewalView(
        act=renewal.act,
        renewed_on=local_date(renewal.at),
        named=renewal.named,
        chain=ended,
        awaits=awaits,
        choices=choices,
    )
