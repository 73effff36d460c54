"""Clues to property given at the desk, each verified in a chain of its own."""

from datetime import date, datetime, time

from django.db import transaction
from django.utils.translation import gettext as _

from server.cases.models import Case, Clue, Node
from server.cases.queries import case_states
from server.cases.services.entries import append_case_entry
from server.cases.services.events import locked_open_case, record_event, write_event
from server.cases.states import HeldEvent
from server.common.clock import SHANGHAI, local_date, now
from server.common.errors import DomainError
from server.common.ids import new_id
from server.people.models import Officer

SUBMITTED, VERIFIED, VERIFICATION = "clue_submitted", "clue_verified", "clue_verification"


@transaction.atomic
def enter_clue(*, case: Case, source: str, text: str, submitted_on: date, by: Officer | None = None) -> Clue:
    """Its verification is due from the day it was given to the court (财产调查规定2), whenever it is entered.

    Its id is the chain of that. Raises DomainError 409 `case_closed`, 422 `clue_of_the_future`.
    """
    case = locked_open_case(case.pk)
    _require_past(submitted_on)
    clue = Clue.objects.create(case=case, source=source, text=text, submitted_on=submitted_on, entered_by=by)
    chain, state = str(clue.pk), case_states([case.pk], None)[case.pk]
    change = write_event(state, HeldEvent(new_id(), SUBMITTED, _beginning(submitted_on), "desk", chain, chain))
    case.refresh_from_db()
    view = {"clue": {"id": chain, "source": str(source)}}
    append_case_entry(case, "clue_entered", view, nodes=change.nodes, by=by, text=text)
    return clue


@transaction.atomic
def verify_clue(*, case: Case, chain: str, verified_on: date, by: Officer | None = None) -> Node:
    """The verification of this clue is done, and of no other; of a phone's clue too. Said again, nothing changes.

    Given back as it stands now: before the clue was given nothing can end it.

    Raises DomainError 409 `case_closed`, 404 `clue_not_found`, 422 `clue_of_the_future`.
    """
    case = locked_open_case(case.pk)
    _require_past(verified_on)
    if not Node.objects.filter(case=case, key=VERIFICATION, chain=chain).exists():
        raise DomainError("clue_not_found", 404, _("This case has no such clue."))
    record_event(case=case, key=VERIFIED, occurred_at=_beginning(verified_on), source_id=chain, chain=chain, by=by)
    return Node.objects.get(case=case, key=VERIFICATION, chain=chain)


def _beginning(day: date) -> datetime:
    return datetime.combine(day, time(), SHANGHAI)


def _require_past(day: date) -> None:
    if day > local_date(now()):
        raise DomainError("clue_of_the_future", 422, _("This day has not come yet."))
