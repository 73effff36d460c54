"""Answers to handovers as devices bring them: loaded, and written by the service of the desk."""

from collections.abc import Callable, Sequence

from server.cases.queries import case_states
from server.field.about_case import named_in
from server.field.decide import recorded_at_of
from server.field.live import parked_draft
from server.field.operation import SignedOperation, Status
from server.field.rejudging import Terms, case_as_of
from server.ledger.services import Draft
from server.people.models import Officer
from server.teamwork.access import leads
from server.teamwork.answers import Answer, AnswerState, Offered
from server.teamwork.models import Handover
from server.teamwork.queries import offer_of
from server.teamwork.services.deciding import write_decision

PARKED = "handover_answer_parked"
"""Kind of the entry that tells the officer's court of an answer that waits."""
Decide = Callable[[SignedOperation, AnswerState], Answer]


def answer_state(operations: Sequence[SignedOperation]) -> AnswerState:
    """The handovers that a batch names. Holds their cases, in the order of their ids."""
    ids = {named for operation in operations if (named := named_in(operation, "handover"))}
    cases = set(Handover.objects.filter(pk__in=ids).values_list("case_id", flat=True)) if ids else set()
    if not cases:
        return AnswerState()
    officer_id = operations[0].reporter.officer_id
    held, officer = case_states(cases, officer_id, lock=True), Officer.objects.get(pk=officer_id)
    offers = {
        row.pk: Offered(held[row.case_id], row.stage, offer_of(row), leads(officer, held[row.case_id].court_id))
        for row in Handover.objects.filter(pk__in=ids)
    }
    return AnswerState(offers)


def write_answers(answers: Sequence[Answer], state: AnswerState | None = None) -> list[Draft]:
    """Inside the caller's transaction, in the order in which they were decided; entries are the caller's to append."""
    drafts: list[Draft] = []
    for answer in answers:
        if answer.handover_id and answer.word:
            operation = answer.operation
            occurred_at = operation.bounds.clamp(recorded_at_of(operation))
            times = {"occurred_at": occurred_at, "received_at": operation.received_at}
            drafts += write_decision(handover_id=answer.handover_id, word=answer.word, **times).drafts
        elif answer.outcome.status is Status.PARKED:
            drafts.append(parked_draft(answer.operation, answer.outcome, PARKED, handover=answer.handover_id))
    return drafts


def answered_again(operation: SignedOperation, terms: Terms, decide: Decide) -> Answer:
    """Judged a second time, with a leader's authority or as of its arrival."""
    state = answer_state([operation])
    if terms.as_of:
        for key, offered in state.offers.items():
            state.offers[key] = Offered(
                case_as_of(offered.case, terms.as_of), offered.stage, offered.offer, offered.is_director
            )
    state.ratified = frozenset(o.case.id for o in state.offers.values() if o.case.court_id in terms.courts)
    return decide(operation, state)
