"""In which way the reference price of a property is found: by that its report is due."""

from django.db import transaction

from server.cases.models import Property
from server.cases.property_models import VALUATION_METHOD
from server.cases.queries import case_states
from server.cases.services.entries import append_case_entry
from server.cases.services.events import locked_open_case, write_case_events
from server.cases.states import CaseChange, moved_anew
from server.people.models import Officer


@transaction.atomic
def choose_valuation(*, about: Property, method: str, by: Officer | None = None) -> Property:
    """Only the nodes of this property go by it; another way moves their dates, the same said again changes nothing.

    Raises DomainError 409 `case_closed`.
    """
    case, chain = locked_open_case(about.case_id), str(about.pk)
    facts = case.chain_facts.get(chain, {})
    if facts.get(VALUATION_METHOD) == method:
        return about
    case.chain_facts = {**case.chain_facts, chain: {**facts, VALUATION_METHOD: str(method)}}
    case.save(update_fields=["chain_facts"])
    moved = tuple(node for node in moved_anew(case_states([case.pk], None)[case.pk]) if node.chain == chain)
    write_case_events([CaseChange(case.pk, (), moved)])
    case.refresh_from_db()
    view = {"property": {"id": chain, VALUATION_METHOD: str(method)}}
    append_case_entry(case, "valuation_chosen", view, nodes=moved, by=by)
    return about
