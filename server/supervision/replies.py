"""What a device replies to an urge. Pure, over state folded as it goes.

Judged like an act: by whoever works on the case, or the officer it was addressed to.
"""

from dataclasses import dataclass, field, replace
from uuid import UUID

from server.cases.states import CaseState
from server.field.about_case import is_about, named_in, outcome_on, unknown, words_in
from server.field.authority import UNKNOWN, why_not_now, why_parked
from server.field.operation import Outcome, SignedOperation, set_aside

REPLY_URGE = "reply_urge"
REPLY_MISSING = "reply_missing"
MAX_REPLY_CHARACTERS = 2000


@dataclass(frozen=True, slots=True)
class Urged:
    """An urge with its case, held."""

    case: CaseState
    person: UUID | None
    is_answered: bool


@dataclass(slots=True)
class ReplyState:
    urges: dict[UUID, Urged] = field(default_factory=dict)
    ratified: frozenset[UUID] = frozenset()
    """Cases for which a person has given the authority that the officer lacked."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What one operation does to an urge: `text` where it counts."""

    operation: SignedOperation
    outcome: Outcome
    urge_id: UUID | None = None
    text: str = ""


def reply_to_urge(operation: SignedOperation, state: ReplyState) -> Reply:
    if operation.is_id_reused:
        return Reply(operation, set_aside("id_reuse"))
    urge_id = named_in(operation, "urge")
    urged = state.urges.get(urge_id) if urge_id else None
    if urge_id is None or urged is None or not is_about(operation, urged.case):
        return Reply(operation, unknown())
    text = words_in(operation, "text", at_most=MAX_REPLY_CHARACTERS)
    code = _why_waiting(operation, urged, text, is_ratified=urged.case.id in state.ratified)
    if code == UNKNOWN:
        return Reply(operation, unknown())
    if code:
        return Reply(operation, outcome_on(urged.case, code), urge_id)
    state.urges[urge_id] = replace(urged, is_answered=True)
    return Reply(operation, outcome_on(urged.case), urge_id, text)


def _why_waiting(operation: SignedOperation, urged: Urged, text: str, *, is_ratified: bool) -> str:
    """Authority first: whoever has none learns nothing. The first reply stands, and no word of a leader mends that."""
    is_addressed = urged.person == operation.reporter.officer_id
    subject = next((each for each in operation.subjects if is_about(operation, urged.case)), {})
    code = why_not_now(operation, urged.case) if is_addressed else why_parked(operation, subject, urged.case)
    if code and not (is_ratified and code != UNKNOWN):
        return code
    if urged.is_answered:
        return "urge_answered"
    return "" if text else REPLY_MISSING
