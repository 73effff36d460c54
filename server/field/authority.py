"""May this act move this case? Judged as of the act, subject by subject. Pure.

The right to push is no right to read, and neither is authority: what fails here is kept in full and waits for a person.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from server.cases.held_rights import HeldGrant
from server.cases.states import CaseState
from server.field.operation import SignedOperation, plausible_time
from server.field.states import Corrected

UNKNOWN = "subject_unknown"
UNFOUNDED = "correction_unfounded"
ACT_ANNULLED = "act_annulled"


def why_parked(operation: SignedOperation, subject: Mapping[str, Any], case: CaseState | None) -> str:
    """The code under which the effect waits, or "" where the officer had authority.

    In this order, since an answer may tell only what a pull would have shown: whoever never held a case learns nothing
    of it, not even that it exists; whoever held it once learns that he no longer does.
    """
    if case is None or not case.grants:
        return UNKNOWN
    return _why_not_held(operation, subject, case) or why_not_now(operation, case)


def _why_not_held(operation: SignedOperation, subject: Mapping[str, Any], case: CaseState) -> str:
    stated = subject.get("assignment_no")
    if stated is not None and stated != case.assignment_no:
        return "not_assigned"
    standing = [grant for grant in case.grants if grant.covers(operation.received_at)]
    if not standing:
        return "grant_ended"
    return "" if any(_may_act(grant) for grant in standing) or _acted_then(operation, case) else "not_assigned"


def _may_act(grant: HeldGrant) -> bool:
    """Who handed a case on reads it and urges; whoever has it now acts."""
    return grant.reason != "FORMER_TEAM"


def _acted_then(operation: SignedOperation, case: CaseState) -> bool:
    """Before the handover, by the stated time where it can be true: it came in late, that is all."""
    acted_at = operation.bounds.clamp(plausible_time(operation.body.get("recorded_at")))
    return any(_may_act(grant) and grant.covers(acted_at) for grant in case.grants)


def why_not_now(operation: SignedOperation, case: CaseState) -> str:
    """What no right to the case helps against."""
    if case.closed_at is not None:
        return "case_closed"
    reporter, bounds = operation.reporter, operation.bounds
    if reporter.is_suspended(bounds.earliest_at, bounds.latest_at):
        return "officer_suspended"
    stated = operation.body.get("officer_id")
    if stated is not None and stated != str(reporter.officer_id):
        return "officer_mismatch"
    return "log_forked" if operation.is_disputed else ""


def is_correction_founded(operation: SignedOperation, action_id: UUID, known: Mapping[str, Corrected]) -> bool:
    """What it corrects must be this officer's own record, or one of the very act it belongs to.

    A stranger's correction, and one of something we do not know, tell nothing apart: both are kept for a person.
    """
    named = operation.body.get("corrects")
    if not named:
        return True
    original = known.get(named)
    if original is None:
        return False
    return original.officer_id == operation.reporter.officer_id or original.action_id == action_id
