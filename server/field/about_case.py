"""What operations have in common that answer something standing in a case: a handover, a task, an urge. Pure."""

from uuid import UUID

from server.cases.states import CaseState
from server.field.authority import UNKNOWN
from server.field.decide import case_no_of, case_uuid_of
from server.field.operation import NodeEffect, Outcome, SignedOperation, Status, SubjectOutcome


def named_in(operation: SignedOperation, member: str) -> UUID | None:
    """The id that its fields give for this."""
    try:
        return UUID(operation.body["fields"][member])
    except (KeyError, ValueError, TypeError, AttributeError):
        return None


def words_in(operation: SignedOperation, member: str, *, at_most: int = 1000) -> str:
    said = operation.body["fields"].get(member)
    return said.strip()[:at_most] if isinstance(said, str) else ""


def is_about(operation: SignedOperation, case: CaseState) -> bool:
    return any(case_uuid_of(each) == case.id or case_no_of(each) == case.case_no for each in operation.subjects)


def unknown() -> Outcome:
    """The same for what there is not and for what is not this officer's to know."""
    return Outcome(Status.PARKED, UNKNOWN, (SubjectOutcome(Status.PARKED, NodeEffect.NONE, UNKNOWN),))


def outcome_on(case: CaseState, code: str = "", effect: NodeEffect = NodeEffect.NONE) -> Outcome:
    """Parked under this code, or applied."""
    status, code = (Status.PARKED, code) if code else (Status.APPLIED, "ok")
    return Outcome(status, code, (SubjectOutcome(status, effect, code, "case", case.id),))
