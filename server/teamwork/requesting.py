"""Requests for approval as devices bring them: loaded, judged, and written by the service."""

from collections.abc import Callable, Sequence

from server.cases.queries import case_ids_by_no, case_states
from server.field.decide import case_no_of, case_uuid_of, recorded_at_of
from server.field.live import parked_draft
from server.field.operation import SignedOperation, Status
from server.field.rejudging import Terms, case_as_of
from server.ledger.services import Draft
from server.people.models import Officer
from server.teamwork.approvals import Requested, RequestState
from server.teamwork.services.approving import write_request

PARKED = "approval_request_parked"
"""Kind of the entry that tells the officer's court of a request that waits."""
Decide = Callable[[SignedOperation, RequestState], Requested]


def request_state(operations: Sequence[SignedOperation]) -> RequestState:
    """The cases that a batch names, held in the order of their ids."""
    subjects = [subject for operation in operations for subject in operation.subjects]
    numbers = {number for subject in subjects if (number := case_no_of(subject))}
    ids = {claim for subject in subjects if (claim := case_uuid_of(subject))}
    ids |= set(case_ids_by_no(numbers).values()) if numbers else set()
    held = case_states(ids, operations[0].reporter.officer_id, lock=True) if ids else {}
    return RequestState(list(held.values()))


def write_requests(requests: Sequence[Requested], state: RequestState | None = None) -> list[Draft]:
    """Inside the caller's transaction; entries are the caller's to append."""
    drafts: list[Draft] = []
    for each in requests:
        operation = each.operation
        if each.request:
            asked_at = operation.bounds.clamp(recorded_at_of(operation))
            by = Officer.objects.get(pk=operation.reporter.officer_id)
            times = {"asked_at": asked_at, "received_at": operation.received_at}
            drafts += write_request(request=each.request, by=by, operation=operation.hash, **times)
        elif each.outcome.status is Status.PARKED:
            drafts.append(parked_draft(operation, each.outcome, PARKED))
    return drafts


def requested_again(operation: SignedOperation, terms: Terms, decide: Decide) -> Requested:
    """Judged a second time, with a leader's authority or as of its arrival."""
    state = request_state([operation])
    if as_of := terms.as_of:
        state.cases = [case_as_of(case, as_of) for case in state.cases]
    state.ratified = frozenset(case.id for case in state.cases if case.court_id in terms.courts)
    return decide(operation, state)
