"""Properties of a case and the holds on them over HTTP: no rules."""

from uuid import UUID

from django.http import HttpRequest
from ninja import Router

from server.cases.api import officer_of
from server.cases.clock_rights import hold_to_lift, property_of, require_can_enter
from server.cases.models import Property, PropertyHold
from server.cases.property_schemas import HoldView, Lifting, NewHold, NewProperty, PropertyId, Valuation
from server.cases.services import add_property, choose_valuation, hold_property, lift_hold
from server.people.auth import SignedIn

router = Router(tags=["cases"], auth=SignedIn())


@router.post("/cases/{uuid:case_id}/properties", response=PropertyId, summary="A property with nodes of its own")
def enter_property(request: HttpRequest, case_id: UUID, asked: NewProperty) -> Property:
    """Its `id` is the chain of its nodes. With `confirmed_on` the first of them begins."""
    officer = officer_of(request)
    case = require_can_enter(officer, case_id)
    return add_property(**asked.dict(), case=case, by=officer)


@router.post("/properties/{uuid:property_id}/valuation", response=PropertyId, summary="How its price is found")
def enter_valuation(request: HttpRequest, property_id: UUID, asked: Valuation) -> Property:
    """The report of the price is due by the method: three days for `NETWORK_INQUIRY`, else thirty."""
    officer = officer_of(request)
    return choose_valuation(about=property_of(officer, property_id), method=asked.method, by=officer)


@router.post("/properties/{uuid:property_id}/holds", response=HoldView, summary="A third party claims it")
def enter_hold(request: HttpRequest, property_id: UUID, asked: NewHold) -> PropertyHold:
    """What disposes of it rests; the clock of the case runs. An objection to conduct holds nothing."""
    officer = officer_of(request)
    return hold_property(**asked.dict(), held=property_of(officer, property_id), by=officer)


@router.post("/property-holds/{uuid:hold_id}/lift", response=HoldView, summary="The claim was decided")
def lift(request: HttpRequest, hold_id: UUID, asked: Lifting) -> PropertyHold:
    """By the review panel alone."""
    officer = officer_of(request)
    return lift_hold(**asked.dict(), hold=hold_to_lift(officer, hold_id), by=officer)
