"""Properties of a case, each with nodes of its own, and the holds on them while a third party's claim is examined."""

from datetime import date, datetime, time
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from server.cases.models import Case, Property, PropertyHold
from server.cases.queries import case_states
from server.cases.services.due_dates import recompute_and_tell
from server.cases.services.entries import append_case_entry
from server.cases.services.events import locked_open_case, touch, write_case_events
from server.cases.states import CaseChange, HeldEvent, after_event
from server.common.clock import SHANGHAI, local_date, now
from server.common.errors import DomainError
from server.common.ids import new_id
from server.people.models import Officer

_MOVABLE = frozenset({Property.Kind.VEHICLE, Property.Kind.VESSEL, Property.Kind.MOVABLE})
"""Other kinds are sold as real estate or rights are (网拍规定12)."""


@transaction.atomic
def add_property(
    *,
    case: Case,
    kind: str,
    name: str,
    source: str,
    ref: str = "",
    confirmed_on: date | None = None,
    by: Officer | None = None,
) -> Property:
    """A property of the debtor's, with nodes of its own; once it is confirmed, the first of them begins.

    Its id is the chain of what is told of it. Raises DomainError 409 `case_closed`, 422 `property_of_the_future`.
    """
    case = locked_open_case(case.pk)
    if confirmed_on and confirmed_on > local_date(now()):
        raise DomainError("property_of_the_future", 422, _("This day has not come yet."))
    added = Property.objects.create(case=case, kind=kind, name=name, ref=ref, source=source)
    case.chain_facts = {**case.chain_facts, str(added.pk): _facts(added)}
    case.save(update_fields=["chain_facts"])
    change = _confirmed(case, added, confirmed_on) if confirmed_on else CaseChange(case.pk)
    if change.events:
        write_case_events([change])
    else:
        touch([case.pk])
    case.refresh_from_db()
    view = {"property": {"id": str(added.pk), "kind": str(kind), "source": str(source)}}
    append_case_entry(case, "property_added", view, nodes=change.nodes, by=by, name=name, ref=ref)
    return added


def _facts(added: Property) -> dict[str, Any]:
    """What conditions, variants and minimums of its nodes ask."""
    sale_class = "movable" if added.kind in _MOVABLE else "real_estate_or_right"
    return {"property_kind": str(added.kind), "sale_class": sale_class}


def _confirmed(case: Case, added: Property, day: date) -> CaseChange:
    at = datetime.combine(day, time(), SHANGHAI)
    event = HeldEvent(new_id(), "property_confirmed", at, "desk", str(added.pk), str(added.pk))
    return after_event(case_states([case.pk], None)[case.pk], event)[1]


@transaction.atomic
def hold_property(*, held: Property, started_on: date, document: str, by: Officer | None = None) -> PropertyHold:
    """A third party claims it: what disposes of it rests from that day on. The clock of the case runs.

    Raises DomainError 409 `case_closed`, `property_held`; 422 `pause_unfounded`, `pause_invalid`.
    """
    case = locked_open_case(held.case_id)
    _require_document(document)
    if started_on > local_date(now()):
        raise DomainError("pause_invalid", 422, _("A hold begins today or earlier, and does not end before it begins."))
    if held.holds.filter(ended_on=None).exists():
        raise DomainError("property_held", 409, _("This property is held already."))
    hold = PropertyHold.objects.create(property=held, started_on=started_on, document=document, entered_by=by)
    recompute_and_tell(case, "property_held", {"hold": hold_view(hold)}, by=by, document=document)
    return hold


@transaction.atomic
def lift_hold(*, hold: PropertyHold, ended_on: date, document: str, by: Officer | None = None) -> PropertyHold:
    """The claim was decided: the property may be disposed of from that day on. Saying the same again changes nothing.

    Raises DomainError 409 `case_closed`, `pause_ended`; 422 `pause_unfounded`, `pause_invalid`.
    """
    case = locked_open_case(hold.property.case_id)
    hold.refresh_from_db()
    if hold.ended_on == ended_on:
        return hold
    _require_document(document)
    if hold.ended_on is not None:
        message = _("This hold was lifted already, on %(day)s.") % {"day": hold.ended_on}
        raise DomainError("pause_ended", 409, message, {"ended_on": hold.ended_on.isoformat()})
    if not hold.started_on <= ended_on <= local_date(now()):
        raise DomainError("pause_invalid", 422, _("A hold begins today or earlier, and does not end before it begins."))
    hold.ended_on, hold.lifted_by, hold.lifted_document = ended_on, by, document
    hold.save(update_fields=["ended_on", "lifted_by", "lifted_document"])
    recompute_and_tell(case, "property_hold_lifted", {"hold": hold_view(hold)}, by=by, document=document)
    return hold


def _require_document(document: str) -> None:
    if not document.strip():
        message = _("A hold rests on the objection, by its number, and is lifted by the ruling on it.")
        raise DomainError("pause_unfounded", 422, message, {"lacks": ["document"]})


def hold_view(hold: PropertyHold) -> dict[str, Any]:
    return {
        "id": str(hold.pk),
        "property": str(hold.property_id),
        "started_on": hold.started_on.isoformat(),
        "ended_on": hold.ended_on.isoformat() if hold.ended_on else None,
    }
