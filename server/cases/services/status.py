"""Closing, suspending and resuming a case."""

from datetime import date, datetime, time
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from server.cases.guarding import require_final_round
from server.cases.models import Case
from server.cases.queries import case_states
from server.cases.services.entries import append_case_entry
from server.cases.services.events import locked_case, touch, write_event
from server.cases.services.levels import look_again
from server.cases.states import HeldEvent
from server.common.clock import SHANGHAI, local_date, now
from server.common.errors import DomainError
from server.common.ids import new_id
from server.people.models import Officer

FINAL_ROUND_MODE = "TERMINATED_THIS_ROUND"


@transaction.atomic
def close_case(
    *,
    case: Case,
    closing_mode: str,
    closed_on: date | None = None,
    recovered_amount: Decimal | int | None = None,
    by: Officer | None = None,
) -> Case:
    """The case is closed and its clocks stop. Who holds it keeps it; later acts are parked for a person.

    Raises DomainError 409 `case_closed` for one that is closed already, 409 `guard_blocks` for a final round (终本) of
    which a condition does not hold on the day of closing.
    """
    case = _held_open(case)
    moment = now()
    state = case_states([case.pk], None)[case.pk]
    if closing_mode == FINAL_ROUND_MODE:
        require_final_round(state, closed_on or local_date(moment))
    case.status, case.closing_mode = Case.Status.CLOSED, closing_mode
    case.closed_at, case.closed_on = moment, closed_on or local_date(moment)
    if recovered_amount is not None:
        case.recovered_amount = Decimal(recovered_amount)
    case.save(update_fields=["status", "closing_mode", "closed_at", "closed_on", "recovered_amount"])
    occurred_at = moment if closed_on is None else datetime.combine(closed_on, time(), SHANGHAI)
    event = HeldEvent(new_id(), "case_closed", occurred_at, "desk", str(case.pk))
    change = write_event(state, event)
    look_again(case.pk)
    case.refresh_from_db()
    append_case_entry(case, "case_closed", {"closing_mode": closing_mode}, nodes=change.nodes, by=by)
    return case


def suspend_case(*, case: Case, reason: str, by: Officer | None = None) -> Case:
    """Enforcement rests by a ruling. (Its clocks will pause with the full case flow.)"""
    return _set_status(case, Case.Status.SUSPENDED, "case_suspended", reason, by)


def resume_case(*, case: Case, reason: str, by: Officer | None = None) -> Case:
    return _set_status(case, Case.Status.OPEN, "case_resumed", reason, by)


@transaction.atomic
def _set_status(case: Case, status: Case.Status, kind: str, reason: str, by: Officer | None) -> Case:
    case = _held_open(case)
    if case.status == status:
        return case
    case.status = status
    case.save(update_fields=["status"])
    touch([case.pk])
    case.refresh_from_db()
    append_case_entry(case, kind, {}, by=by, reason=reason)
    return case


def _held_open(case: Case) -> Case:
    case = locked_case(case.pk)
    if case.status == Case.Status.CLOSED:
        raise DomainError("case_closed", 409, _("This case is closed; it can no longer be assigned or changed."))
    return case
