"""Replies to urges as devices bring them: loaded, and written by the service of the desk."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from server.cases.queries import case_states
from server.field.about_case import named_in
from server.field.decide import recorded_at_of
from server.field.live import parked_draft
from server.field.operation import SignedOperation, Status
from server.field.rejudging import Terms, case_as_of
from server.ledger.services import Draft
from server.people.models import Officer
from server.supervision.entries import drafts_of
from server.supervision.models import Urge
from server.supervision.replies import Reply, ReplyState, Urged
from server.supervision.services.urging import write_reply

PARKED = "urge_reply_parked"
"""Kind of the entry that tells the officer's court of a reply that waits."""
Decide = Callable[[SignedOperation, ReplyState], Reply]


def reply_state(operations: Sequence[SignedOperation]) -> ReplyState:
    """The urges that a batch names. Holds their cases, in the order of their ids."""
    ids = {named for operation in operations if (named := named_in(operation, "urge"))}
    cases = set(Urge.objects.filter(pk__in=ids).values_list("case_id", flat=True)) if ids else set()
    if not cases:
        return ReplyState()
    held = case_states(cases, operations[0].reporter.officer_id, lock=True)
    rows = Urge.objects.filter(pk__in=ids)
    return ReplyState(
        {row.pk: Urged(held[row.case_id], row.person_id, row.state == Urge.State.ANSWERED) for row in rows}
    )


def write_replies(replies: Sequence[Reply], state: ReplyState | None = None) -> list[Draft]:
    """Inside the caller's transaction, in the order in which they were decided; entries are the caller's to append."""
    drafts: list[Draft] = []
    for reply in replies:
        operation = reply.operation
        if reply.urge_id and reply.text:
            told = write_reply(
                urge_id=reply.urge_id,
                text=reply.text,
                by=Officer.objects.get(pk=operation.reporter.officer_id),
                replied_at=operation.bounds.clamp(recorded_at_of(operation)),
            )
            drafts += drafts_of([told])
        elif reply.outcome.status is Status.PARKED:
            drafts.append(parked_draft(operation, reply.outcome, PARKED, urge=reply.urge_id))
    return drafts


def replied_again(operation: SignedOperation, terms: Terms, decide: Decide) -> Reply:
    """Judged a second time, with a leader's authority or as of its arrival."""
    state = reply_state([operation])
    if as_of := terms.as_of:
        state.urges = {key: replace(urged, case=case_as_of(urged.case, as_of)) for key, urged in state.urges.items()}
    state.ratified = frozenset(urged.case.id for urged in state.urges.values() if urged.case.court_id in terms.courts)
    return decide(operation, state)
