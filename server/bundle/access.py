"""Who may take a whole case out of the house."""

from uuid import UUID

from django.utils.translation import gettext as _

from server.cases.access import readable_case
from server.cases.models import Assignment, Case, SubjectType
from server.common.clock import now
from server.common.errors import DomainError
from server.people.access import current_at, roles_of
from server.people.models import GroupMember, Officer, Role

EXPORTS = frozenset({Role.COMMAND_CENTRE, Role.DIRECTOR, Role.PRESIDENT, Role.TEAM_LEADER})
"""Of the case's own court; and whoever leads the case, whatever his role."""


def can_export(officer: Officer, case: Case) -> bool:
    roles = roles_of(officer)
    return officer.court_id == case.court_id and bool(roles) and (bool(roles & EXPORTS) or _leads(officer, case))


def exportable_case(officer: Officer, case_id: UUID) -> Case:
    """Raises DomainError 404 `case_not_found` for a case he may not read, 403 `role_required` for one he only reads."""
    case = readable_case(officer, case_id)
    if not can_export(officer, case):
        message = _("Your role does not include this. Ask the administrator of your court.")
        raise DomainError("role_required", 403, message, {"roles": sorted(EXPORTS)})
    return case


def _leads(officer: Officer, case: Case) -> bool:
    """The case is his now, or his group's, whose executor he is."""
    own = Assignment.objects.filter(
        subject_type=SubjectType.CASE, subject_id=case.pk, number=case.assignment_no, ended_at=None
    )
    led = GroupMember.objects.filter(current_at(now()), officer=officer, part=GroupMember.Part.EXECUTOR)
    return own.filter(officer=officer).exists() or own.filter(group_id__in=led.values("group_id")).exists()
