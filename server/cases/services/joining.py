"""A debtor who joins a case that is on file: to him it is filed on that day."""

from datetime import date, datetime, time

from django.db import transaction
from django.utils.translation import gettext as _

from server.cases.models import Case, Party
from server.cases.parties import PartyDraft
from server.cases.queries import case_states
from server.cases.services.entries import append_case_entry
from server.cases.services.events import locked_open_case, touch, write_event
from server.cases.services.identities import party_of
from server.cases.states import JOINED, CaseChange, HeldEvent
from server.common.clock import SHANGHAI, local_date, now
from server.common.errors import DomainError
from server.common.ids import new_id
from server.people.models import Officer


@transaction.atomic
def add_debtor(*, case: Case, party: PartyDraft, joined_on: date, by: Officer | None = None) -> Party:
    """Where the flow repeats nodes for each debtor, his begin with that day; his id is their chain.

    Raises DomainError 409 `case_closed`, 422 `debtor_of_the_future`.
    """
    case = locked_open_case(case.pk)
    if joined_on > local_date(now()):
        raise DomainError("debtor_of_the_future", 422, _("This day has not come yet."))
    added = party_of(case, party)
    added.save(force_insert=True)
    chain, state, change = str(added.pk), case_states([case.pk], None)[case.pk], CaseChange(case.pk)
    if state.debtors:
        at = datetime.combine(joined_on, time(), SHANGHAI)
        change = write_event(state, HeldEvent(new_id(), JOINED, at, "desk", chain, chain))
    else:
        touch([case.pk])
    case.refresh_from_db()
    told = {"party": {"id": chain, "part": added.part, "joined_on": joined_on.isoformat()}}
    append_case_entry(case, "debtor_joined", told, nodes=change.nodes, by=by, name=added.name)
    return added
