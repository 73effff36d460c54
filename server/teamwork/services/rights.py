"""What a handover does to rights: who is offered reads, who takes over acts, who handed over goes on reading."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from server.cases.models import Grant
from server.cases.services import end_rights, open_rights, standing_rights
from server.common.clock import now
from server.people.models import Officer
from server.people.queries import current_members
from server.teamwork.models import Handover

_Reason = Grant.Reason


def withdraw_offer(handover: Handover) -> None:
    at = now()
    end_rights(standing_rights(handover.case_id, [_Reason.RECEIVING], at), at)


def pass_rights(handover: Handover) -> None:
    """Whoever accepted acts from that moment on, with his group; those before him read and urge, and act no more.

    Rights of the assignment stay: the lead officer is responsible to the end.
    """
    withdraw_offer(handover)
    at, decided_at, fresh = now(), handover.decided_at, taking_over(handover)
    assert decided_at
    before = standing_rights(handover.case_id, [_Reason.STAGE, _Reason.FORMER_TEAM], at)
    end_rights([each for each in before if each.reason == _Reason.STAGE or each.officer_id in fresh], at)
    open_rights(handover.case_id, _Reason.STAGE, fresh, decided_at)
    did_stage = {each.officer_id for each in before if each.reason == _Reason.STAGE and each.officer_id}
    reads = {each.officer_id for each in before if each.reason == _Reason.FORMER_TEAM}
    open_rights(handover.case_id, _Reason.FORMER_TEAM, did_stage - reads - fresh, at)
    _keep_reading(handover, reads | fresh, at)


def _keep_reading(handover: Handover, but: Iterable[UUID | None], at: datetime) -> None:
    """The group of the assignment, which a later assignment ends."""
    held = standing_rights(handover.case_id, [_Reason.ASSIGNED, _Reason.ASSISTING], at)
    for grant in held:
        if grant.officer_id and grant.officer_id not in but and grant.assignment_no is not None:
            number = grant.assignment_no
            open_rights(handover.case_id, _Reason.FORMER_TEAM, [grant.officer_id], at, assignment_no=number)


def taking_over(handover: Handover) -> set[UUID]:
    """Who accepted, and the members of the group with which he does it."""
    assert isinstance(handover.decided_by, Officer)
    members = current_members(handover.group) if handover.group else []
    return {handover.decided_by.pk, *(member.officer_id for member in members)}
