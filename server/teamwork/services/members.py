"""Who joins the group that does a stage gains its cases; who leaves it loses them."""

from django.db.models import Q

from server.cases.models import Grant
from server.common.clock import now
from server.people.models import GroupMember
from server.teamwork.queries import stages_done_by


def cover_stage_membership(*, membership: GroupMember) -> None:
    """In the transaction of the membership, as `cover_membership` does for assignments."""
    for handover in stages_done_by(membership.group_id):
        if handover.decided_by_id == membership.officer_id:
            continue  # who took it over owns the stage, whatever becomes of his group
        assert handover.decided_at
        standing = Q(valid_to=None) | Q(valid_to__gt=now())
        rights = Grant.objects.filter(subject_id=handover.case_id, officer_id=membership.officer_id, reason="STAGE")
        if not rights.filter(standing).update(valid_to=membership.valid_to) and membership.valid_to is None:
            rights.create(
                subject_id=handover.case_id,
                officer_id=membership.officer_id,
                reason=Grant.Reason.STAGE,
                valid_from=max(handover.decided_at, membership.valid_from),
            )
