"""Who holds a case, numbered; and the dated grants that follow from it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from server.cases.models import Assignment, Case, Grant
from server.cases.queries import case_states
from server.cases.services.entries import append_case_entry, case_draft
from server.cases.services.events import locked_case, locked_open_case, touch, write_event
from server.cases.states import HeldEvent
from server.common.clock import now, to_wire
from server.common.errors import DomainError
from server.common.ids import new_id
from server.ledger.services import Draft, append
from server.people.models import Court, Group, GroupMember, Officer

_BY_ASSIGNMENT = (Grant.Reason.ASSIGNED, Grant.Reason.ASSISTING)


@transaction.atomic
def assign_subject(
    *,
    case: Case,
    group: Group | None = None,
    officer: Officer | None = None,
    reason: str = "",
    by: Officer | None = None,
) -> Assignment:
    """Give a case to a group (every member of the day) or to one officer; what was before ends at this moment.

    Acts name the assignment number they were done under, so they can be judged when they arrive later.
    Raises DomainError 409 `case_closed`, 422 `holder_of_another_court`.
    """
    assignment, draft = write_assignment(case=case, group=group, officer=officer, reason=reason, by=by)
    append([draft])
    return assignment


def write_assignment(
    *, case: Case, by: Officer | None, group: Group | None = None, officer: Officer | None = None, reason: str = ""
) -> tuple[Assignment, Draft]:
    """The same inside a transaction of the caller's, whose last statement appends the draft."""
    holder = group or officer
    if holder is None or (group and officer):
        raise ValueError("a case is assigned to a group or to an officer")
    case = locked_open_case(case.pk)
    _require_of_the_court(case, holder)
    moment = now()
    _end_standing(case, moment)
    assignment = _begin(case, group, officer, reason, moment)
    event = HeldEvent(new_id(), "handler_assigned", moment, "desk", str(assignment.pk))
    change = write_event(case_states([case.pk], None)[case.pk], event)
    case.refresh_from_db()
    view = {"assignment": assignment_view(assignment)}
    return assignment, case_draft(case, "case_assigned", view, nodes=change.nodes, by=by, reason=reason)


def _require_of_the_court(case: Case, holder: Group | Officer) -> None:
    if holder.court_id != case.court_id:
        message = _("A case is assigned within its own court. For another court, delegate it.")
        raise DomainError("holder_of_another_court", 422, message)


def _end_standing(case: Case, moment: datetime) -> None:
    Assignment.objects.filter(subject_id=case.pk, ended_at=None).update(ended_at=moment)
    standing = Q(valid_to=None) | Q(valid_to__gt=moment)
    follows = Q(reason__in=_BY_ASSIGNMENT) | Q(reason=Grant.Reason.FORMER_TEAM, assignment_no__isnull=False)
    Grant.objects.filter(standing, follows, subject_id=case.pk).update(valid_to=moment)


def _begin(case: Case, group: Group | None, officer: Officer | None, reason: str, moment: datetime) -> Assignment:
    case.assignment_no += 1
    case.save(update_fields=["assignment_no"])
    assignment = Assignment.objects.create(
        subject_id=case.pk,
        number=case.assignment_no,
        group=group,
        officer=officer,
        reason=reason,
        assigned_at=moment,
    )
    members = members_to_cover(group, moment) if group else []
    Grant.objects.bulk_create(grants_of(assignment, members, officer))
    return assignment


def members_to_cover(group: Group, at: datetime) -> list[GroupMember]:
    """Who is in the group from now on; the row is held against a member joining meanwhile, covered by neither side."""
    Group.objects.select_for_update(no_key=True).get(pk=group.pk)
    standing = Q(valid_to=None) | Q(valid_to__gt=at)
    return list(GroupMember.objects.filter(standing, group=group).select_related("officer"))


def grants_of(assignment: Assignment, members: Sequence[GroupMember], officer: Officer | None) -> list[Grant]:
    """The rights that follow from an assignment, not written yet."""
    if officer is not None:
        return [_grant(assignment, officer, Grant.Reason.ASSIGNED, assignment.assigned_at, None)]
    return [_grant_of_member(assignment, member) for member in members]


def _grant_of_member(assignment: Assignment, member: GroupMember) -> Grant:
    is_executor = member.part == GroupMember.Part.EXECUTOR
    reason = Grant.Reason.ASSIGNED if is_executor else Grant.Reason.ASSISTING
    begins = max(assignment.assigned_at, member.valid_from)
    return _grant(assignment, member.officer, reason, begins, member.valid_to)


def _grant(assignment: Assignment, officer: Officer, reason: str, begins: datetime, ends: datetime | None) -> Grant:
    return Grant(
        subject_id=assignment.subject_id,
        officer=officer,
        reason=reason,
        assignment_no=assignment.number,
        valid_from=begins,
        valid_to=ends,
    )


def cover_membership(*, membership: GroupMember) -> None:
    """Who joins a group gains its cases, who leaves loses them; in the transaction of the membership."""
    for assignment in Assignment.objects.filter(group_id=membership.group_id, ended_at=None):
        fresh = _grant_of_member(assignment, membership)
        ours = Grant.objects.filter(
            subject_id=assignment.subject_id,
            officer_id=membership.officer_id,
            reason=fresh.reason,
            assignment_no=assignment.number,
            valid_from=fresh.valid_from,
        )
        if not ours.update(valid_to=membership.valid_to):
            fresh.save()


@transaction.atomic
def grant_subject(
    *,
    case: Case,
    reason: str,
    officer: Officer | None = None,
    court: Court | None = None,
    valid_from: datetime | None = None,
    valid_to: datetime | None = None,
    by: Officer | None = None,
) -> Grant:
    """A dated right beside the assignment: for an officer, or for a whole court's watchers."""
    if (officer is None) == (court is None):
        raise ValueError("a right is granted to an officer or to a court")
    case = locked_case(case.pk)
    grant = Grant.objects.create(
        subject_id=case.pk,
        officer=officer,
        court=court,
        reason=reason,
        valid_from=valid_from or now(),
        valid_to=valid_to,
    )
    _tell(case, "grant_opened", grant, by)
    return grant


@transaction.atomic
def end_grant(*, grant: Grant, at: datetime | None = None, by: Officer | None = None) -> None:
    """The right ends, now or at a moment to come."""
    case = locked_case(grant.subject_id)
    grant.valid_to = at or now()
    grant.save(update_fields=["valid_to"])
    _tell(case, "grant_ended", grant, by)


def _tell(case: Case, kind: str, grant: Grant, by: Officer | None) -> None:
    touch([case.pk])
    case.refresh_from_db()
    append_case_entry(case, kind, {"grant": _grant_view(grant)}, by=by)


def assignment_view(assignment: Assignment) -> dict[str, Any]:
    return {
        "number": assignment.number,
        "group": _text(assignment.group_id),
        "officer": _text(assignment.officer_id),
    }


def _grant_view(grant: Grant) -> dict[str, Any]:
    return {
        "id": str(grant.pk),
        "reason": str(grant.reason),
        "court": _text(grant.court_id),
        "officer": _text(grant.officer_id),
        "valid_from": to_wire(grant.valid_from),
        "valid_to": to_wire(grant.valid_to) if grant.valid_to else None,
    }


def _text(identity: object) -> str | None:
    return str(identity) if identity else None
