"""What a device says of a handover: taken over, or sent back. Pure, over state folded as it goes.

The right to answer is the offer's, not the case's: whoever it is offered to need never have held the case.
"""

from dataclasses import dataclass, field, replace
from uuid import UUID

from server.cases.states import CaseState
from server.field.about_case import is_about, named_in, outcome_on, unknown, words_in
from server.field.authority import why_not_now
from server.field.operation import NodeEffect, Outcome, SignedOperation, set_aside
from server.teamwork.decide import REPEATED, Offer, Word, begins_clocks, why_not_decided

ACCEPT, REJECT = "accept_handover", "reject_handover"
KINDS = frozenset({ACCEPT, REJECT})
REASON_MISSING = "reason_missing"


@dataclass(frozen=True, slots=True)
class Offered:
    """A handover with its case, held."""

    case: CaseState
    stage: str
    offer: Offer
    is_director: bool
    """The officer asked about leads the court of the case."""


@dataclass(slots=True)
class AnswerState:
    offers: dict[UUID, Offered] = field(default_factory=dict)
    ratified: frozenset[UUID] = frozenset()
    """Cases for which a person has given the authority that the officer lacked."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What one operation does to a handover: `word` where it counts, and counts for the first time."""

    operation: SignedOperation
    outcome: Outcome
    handover_id: UUID | None = None
    word: Word | None = None


def answer_handover(operation: SignedOperation, state: AnswerState) -> Answer:
    if operation.is_id_reused:
        return Answer(operation, set_aside("id_reuse"))
    handover_id = named_in(operation, "handover")
    offered = state.offers.get(handover_id) if handover_id else None
    if handover_id is None or offered is None or not is_about(operation, offered.case):
        return Answer(operation, unknown())
    word = _word(operation, offered, offered.case.id in state.ratified)
    code = why_not_decided(offered.offer, word)
    if code == "not_receiver" and not offered.case.grants:
        return Answer(operation, unknown())
    if code == REPEATED:
        return Answer(operation, outcome_on(offered.case), handover_id)
    code = code or ("" if word.is_ratified else why_not_now(operation, offered.case)) or _closed(offered.case)
    if code:
        outcome = outcome_on(offered.case, {"note_required": REASON_MISSING}.get(code, code))
        return Answer(operation, outcome, handover_id)
    made = Offer("ACCEPTED" if word.is_accepted else "REJECTED", offered.offer.receivers, word.source)
    state.offers[handover_id] = replace(offered, offer=made)
    starts = word.is_accepted and begins_clocks(offered.case.flow, offered.stage)
    effect = NodeEffect.APPLIED if starts else NodeEffect.NONE
    return Answer(operation, outcome_on(offered.case, effect=effect), handover_id, word)


def _word(operation: SignedOperation, offered: Offered, is_ratified: bool) -> Word:
    return Word(
        officer_id=operation.reporter.officer_id,
        is_accepted=operation.kind == ACCEPT,
        reason=words_in(operation, "reason"),
        source=("operation", operation.hash),
        is_director=offered.is_director,
        is_ratified=is_ratified,
    )


def _closed(case: CaseState) -> str:
    """No word of a leader takes over what is closed."""
    return "case_closed" if case.closed_at is not None else ""
