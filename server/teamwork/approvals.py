"""What a device asks the leaders to approve, or reports to them as done already. Pure, over state loaded once."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from server.cases.states import CaseState
from server.field.about_case import is_about, named_in, outcome_on, unknown, words_in
from server.field.authority import UNKNOWN, why_parked
from server.field.operation import Outcome, SignedOperation, set_aside

REQUEST_APPROVAL = "request_approval"
UNCLEAR = "request_unclear"
DIRECTOR, PRESIDENT = "director", "president"
REPORT_WITHIN = timedelta(hours=24)
"""Of what was done first: at once, says the law (民诉法解释181); the hours are ours (C)."""
BY_PRESIDENT = frozenset({"SEARCH", "COMPEL", "DETAIN", "VACATE"})
"""民诉法119, 259, 261: the president signs or approves."""
APPROVED_KINDS = BY_PRESIDENT | {"SEAL", "SEIZE", "FREEZE_COUNTER"}


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked, where it counts."""

    case_id: UUID
    act_kind: str
    text: str
    act_id: UUID | None


@dataclass(slots=True)
class RequestState:
    cases: list[CaseState] = field(default_factory=list)
    ratified: frozenset[UUID] = frozenset()
    """Cases for which a person has given the authority that the officer lacked."""


@dataclass(frozen=True, slots=True)
class Requested:
    operation: SignedOperation
    outcome: Outcome
    request: Request | None = None


def request_approval(operation: SignedOperation, state: RequestState) -> Requested:
    if operation.is_id_reused:
        return Requested(operation, set_aside("id_reuse"))
    case = next((each for each in state.cases if is_about(operation, each)), None)
    if case is None:
        return Requested(operation, unknown())
    code = "" if case.id in state.ratified else why_parked(operation, operation.subjects[0], case)
    if code == UNKNOWN:
        return Requested(operation, unknown())
    asked = Request(case.id, words_in(operation, "act_kind"), words_in(operation, "text"), named_in(operation, "act"))
    if asked.act_kind not in APPROVED_KINDS or not asked.text:
        code = UNCLEAR
    return Requested(operation, outcome_on(case, code), None if code else asked)


def approvers_of(act_kind: str) -> tuple[str, ...]:
    """Whose word it takes."""
    return (PRESIDENT,) if act_kind in BY_PRESIDENT else (DIRECTOR, PRESIDENT)


def due_at(asked_at: datetime, act_id: UUID | None) -> datetime | None:
    """Only what was done before anybody said yes must be decided by a moment."""
    return asked_at + REPORT_WITHIN if act_id else None


def is_overdue(due: datetime | None, state: str, at: datetime) -> bool:
    return due is not None and state == "WAITING" and at > due
