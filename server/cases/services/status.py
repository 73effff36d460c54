"""Closing, suspending and resuming a case."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from django.db import transaction

from server.cases.guarding import require_final_round
from server.cases.models import Case, ClockPause
from server.cases.queries import case_states
from server.cases.services.due_dates import recompute_and_tell
from server.cases.services.entries import case_draft
from server.cases.services.events import followed, locked_case, locked_open_case, void_events, write_case_events
from server.cases.services.levels import look_again
from server.cases.services.pausing import begin_pause, finish_pause, pause_view
from server.cases.states import CaseChange, HeldEvent, after_event, merged, recomputed_nodes, without_events
from server.common.clock import SHANGHAI, local_date, now
from server.common.ids import new_id
from server.ledger.services import Draft, append
from server.people.models import Officer

FINAL_ROUND_MODE, CANCELLED_MODE = "TERMINATED_THIS_ROUND", "CANCELLED"
CLOSED = "case_closed"


@transaction.atomic
def close_case(
    *,
    case: Case,
    closing_mode: str,
    closed_on: date | None = None,
    recovered_amount: Decimal | int | None = None,
    by: Officer | None = None,
) -> Case:
    """The case is closed, and its clocks stop but for what comes after it. Who holds it keeps it; later acts are parked
    for a person.

    Raises DomainError 409 `case_closed` for one that is closed already, 409 `guard_blocks` for a final round (终本) of
    which a condition does not hold on the day of closing.
    """
    closed, change, draft = write_closing(
        case=case, closing_mode=closing_mode, closed_on=closed_on, recovered_amount=recovered_amount, by=by
    )
    append([draft, *followed(change, by.pk if by else None)])
    return closed


def write_closing(
    *,
    case: Case,
    closing_mode: str,
    by: Officer | None,
    closed_on: date | None = None,
    recovered_amount: Decimal | int | None = None,
) -> tuple[Case, CaseChange, Draft]:
    """The same inside a transaction of the caller's, whose last statement appends the draft; nothing follows."""
    case = locked_open_case(case.pk)
    moment = now()
    day = closed_on or local_date(moment)
    resting = list(case.pauses.filter(ended_on=None))
    for pause in resting:
        finish_pause(pause, max(pause.started_on, day))
    state = case_states([case.pk], None)[case.pk]
    if closing_mode == FINAL_ROUND_MODE:
        require_final_round(state, day)
    case.status, case.closing_mode = Case.Status.CLOSED, closing_mode
    case.closed_at, case.closed_on = moment, day
    if recovered_amount is not None:
        case.recovered_amount = Decimal(recovered_amount)
    case.save(update_fields=["status", "closing_mode", "closed_at", "closed_on", "recovered_amount"])
    occurred_at = moment if closed_on is None else datetime.combine(closed_on, time(), SHANGHAI)
    event = HeldEvent(new_id(), CLOSED, occurred_at, "desk", str(case.pk))
    closed, change = after_event(state, event)
    change = merged([change, CaseChange(case.pk, (), tuple(recomputed_nodes(closed)) if resting else ())])[0]
    write_case_events([change])
    look_again(case.pk)
    case.refresh_from_db()
    return case, change, case_draft(case, "case_closed", {"closing_mode": closing_mode}, nodes=change.nodes, by=by)


def write_reopening(*, case: Case, reason: str, by: Officer | None) -> tuple[Case, Draft]:
    """It goes on as if it had not been closed, inside a transaction of the caller's, which appends the draft.

    What a clock missed meanwhile it is told it missed. The caller judged that this case may go on.
    """
    case = locked_case(case.pk)
    state = case_states([case.pk], None)[case.pk]
    closings = [event.id for event in state.events if event.key == CLOSED]
    void_events(closings)
    case.status, case.closing_mode, case.closed_at, case.closed_on = Case.Status.OPEN, "", None, None
    case.save(update_fields=["status", "closing_mode", "closed_at", "closed_on"])
    change = without_events(state, closings)[1]
    write_case_events([change])
    look_again(case.pk)
    case.refresh_from_db()
    return case, case_draft(case, "case_reopened", {}, nodes=change.nodes, by=by, reason=reason)


@transaction.atomic
def suspend_case(
    *,
    case: Case,
    reason: str,
    document: str,
    approved_by: Officer | None,
    on: date | None = None,
    by: Officer | None = None,
) -> Case:
    """Enforcement rests by a ruling, and its clocks with it, from that day on.

    Raises DomainError 409 `case_closed`, 422 `pause_unfounded`, `pause_invalid`.
    """
    case = locked_open_case(case.pk)
    if case.status == Case.Status.SUSPENDED:
        return case
    day = on or local_date(now())
    pause = begin_pause(case, ClockPause.Reason.SUSPENDED, day, document, approved_by, by=by)
    facts = {"reason": reason, "document": document}
    return _set_status(case, Case.Status.SUSPENDED, "case_suspended", [pause], by, facts)


@transaction.atomic
def resume_case(*, case: Case, reason: str, on: date | None = None, by: Officer | None = None) -> Case:
    """It goes on, and its clocks with it, from that day on.

    Raises DomainError 409 `case_closed`, 422 `pause_invalid`.
    """
    case = locked_open_case(case.pk)
    if case.status == Case.Status.OPEN:
        return case
    resting = list(case.pauses.filter(reason=ClockPause.Reason.SUSPENDED, ended_on=None).order_by("pk"))
    for pause in resting:
        finish_pause(pause, on or local_date(now()))
    return _set_status(case, Case.Status.OPEN, "case_resumed", resting, by, {"reason": reason})


def _set_status(
    case: Case,
    status: Case.Status,
    kind: str,
    pauses: Sequence[ClockPause],
    by: Officer | None,
    facts: Mapping[str, Any],
) -> Case:
    case.status = status
    case.save(update_fields=["status"])
    recompute_and_tell(case, kind, {"pauses": [pause_view(pause) for pause in pauses]}, by=by, **facts)
    return case
