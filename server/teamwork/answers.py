"""What a device says of a handover: taken over, or sent back. Pure, over state folded as it goes.

The right to answer is the offer's, not the case's: whoever it is offered to need never have held the case.
"""

from dataclasses import dataclass, field, replace
from uuid import UUID

from server.cases.states import CaseState
from server.field.authority import UNKNOWN, why_not_now
from server.field.decide import case_no_of, case_uuid_of
from server.field.operation import NodeEffect, Outcome, SignedOperation, Status, SubjectOutcome, set_aside
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
    handover_id = handover_of(operation)
    offered = state.offers.get(handover_id) if handover_id else None
    if handover_id is None or offered is None or not _is_about(operation, offered.case):
        return _unknown(operation)
    word = _word(operation, offered, offered.case.id in state.ratified)
    code = why_not_decided(offered.offer, word)
    if code == "not_receiver" and not offered.case.grants:
        return _unknown(operation)
    if code == REPEATED:
        return Answer(operation, _outcome(offered, Status.APPLIED, NodeEffect.NONE, "ok"), handover_id)
    code = code or ("" if word.is_ratified else why_not_now(operation, offered.case)) or _closed(offered.case)
    if code:
        return Answer(operation, _parked(offered, {"note_required": REASON_MISSING}.get(code, code)), handover_id)
    made = Offer("ACCEPTED" if word.is_accepted else "REJECTED", offered.offer.receivers, word.source)
    state.offers[handover_id] = replace(offered, offer=made)
    starts = word.is_accepted and begins_clocks(offered.case.flow, offered.stage)
    effect = NodeEffect.APPLIED if starts else NodeEffect.NONE
    return Answer(operation, _outcome(offered, Status.APPLIED, effect, "ok"), handover_id, word)


def handover_of(operation: SignedOperation) -> UUID | None:
    try:
        return UUID(operation.body["fields"]["handover"])
    except (KeyError, ValueError, TypeError, AttributeError):
        return None


def _is_about(operation: SignedOperation, case: CaseState) -> bool:
    return any(case_uuid_of(each) == case.id or case_no_of(each) == case.case_no for each in operation.subjects)


def _word(operation: SignedOperation, offered: Offered, is_ratified: bool) -> Word:
    reason = operation.body["fields"].get("reason")
    return Word(
        officer_id=operation.reporter.officer_id,
        is_accepted=operation.kind == ACCEPT,
        reason=reason[:1000] if isinstance(reason, str) else "",
        source=("operation", operation.hash),
        is_director=offered.is_director,
        is_ratified=is_ratified,
    )


def _closed(case: CaseState) -> str:
    """No word of a leader takes over what is closed."""
    return "case_closed" if case.closed_at is not None else ""


def _unknown(operation: SignedOperation) -> Answer:
    hidden = SubjectOutcome(Status.PARKED, NodeEffect.NONE, UNKNOWN)
    return Answer(operation, Outcome(Status.PARKED, UNKNOWN, (hidden,)))


def _parked(offered: Offered, code: str) -> Outcome:
    return _outcome(offered, Status.PARKED, NodeEffect.NONE, code)


def _outcome(offered: Offered, status: Status, effect: NodeEffect, code: str) -> Outcome:
    return Outcome(status, code, (SubjectOutcome(status, effect, code, "case", offered.case.id),))
