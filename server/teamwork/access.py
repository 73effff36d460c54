"""Who learns of handovers and notes: the case's own court and those who watch it, and no court it is lent to."""

from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from server.cases.access import acts_in, case_not_found, cases_visible_to
from server.cases.models import Case
from server.common.clock import now
from server.common.errors import DomainError
from server.people.access import courts_watched_by, current_at, require_role, roles_of
from server.people.models import Court, GroupMember, Officer, Role, Team
from server.teamwork.models import Approval, Handover, Meeting, Task


def inside(officer: Officer, case: str = "case__") -> Q:
    """Rows about cases of his own court, or of one he watches."""
    return Q(**{f"{case}court_id__in": {officer.court_id} | courts_watched_by(officer)})


def readable_case(officer: Officer, case_id: UUID) -> Case:
    """Raises DomainError 404 `case_not_found`, also for one lent to the reader's court."""
    case = cases_visible_to(officer).filter(inside(officer, ""), pk=case_id).select_related("court").first()
    if case is None:
        raise case_not_found()
    return case


def handovers_visible_to(officer: Officer) -> QuerySet[Handover]:
    return Handover.objects.filter(inside(officer), case__in=cases_visible_to(officer))


def readable_handover(officer: Officer, handover_id: UUID) -> Handover:
    """Raises DomainError 404 `handover_not_found`, the same for one that is not yours to read and for none at all."""
    handover = handovers_visible_to(officer).filter(pk=handover_id).first()
    if handover is None:
        raise handover_not_found()
    return handover


def handover_not_found() -> DomainError:
    return DomainError("handover_not_found", 404, _("There is no such handover among those you may read."))


def tasks_visible_to(officer: Officer) -> QuerySet[Task]:
    return Task.objects.filter(inside(officer), case__in=cases_visible_to(officer))


def approvals_visible_to(officer: Officer) -> QuerySet[Approval]:
    return Approval.objects.filter(inside(officer), case__in=cases_visible_to(officer))


def leads(officer: Officer, court_id: UUID) -> bool:
    return officer.court_id == court_id and Role.DIRECTOR in roles_of(officer)


def can_work_on(officer: Officer, case: Case) -> bool:
    """He leads the bureau or acts in the case."""
    return leads(officer, case.court_id) or acts_in(officer, case.pk)


def require_can_work_on(officer: Officer, case: Case) -> None:
    """Raises DomainError 403 `not_in_charge`."""
    if not can_work_on(officer, case):
        message = _("Whoever has this case in hand does this, or the director of the bureau.")
        raise DomainError("not_in_charge", 403, message)


def readable_court(officer: Officer, court_id: UUID) -> Court:
    """His own, or one he watches. Raises DomainError 404 `not_found`."""
    court = Court.objects.filter(pk__in={officer.court_id} | courts_watched_by(officer)).filter(pk=court_id).first()
    if court is None:
        raise DomainError("not_found", 404, _("There is no such court, or it is not yours to read."))
    return court


def require_leads(officer: Officer, court: Court) -> None:
    """Raises DomainError 403 `role_required`: a way of working is the court's own to choose."""
    require_role(officer, Role.DIRECTOR, Role.PRESIDENT)
    if officer.court_id != court.pk:
        message = _("The director or the president of that court decides this.")
        raise DomainError("role_required", 403, message, {"roles": [Role.DIRECTOR.value, Role.PRESIDENT.value]})


def meetings_visible_to(officer: Officer) -> QuerySet[Meeting]:
    """Of his own teams, and of courts he watches."""
    own = GroupMember.objects.filter(current_at(now()), officer=officer, group__team__isnull=False)
    watched = Q(court_id__in=courts_watched_by(officer))
    return Meeting.objects.filter(watched | Q(team_id__in=own.values("group__team_id"), court_id=officer.court_id))


def readable_meeting(officer: Officer, meeting_id: UUID) -> Meeting:
    """Raises DomainError 404 `meeting_not_found`, the same for one that is not yours to read and for none at all."""
    meeting = meetings_visible_to(officer).select_related("court", "team").filter(pk=meeting_id).first()
    if meeting is None:
        raise DomainError("meeting_not_found", 404, _("There is no such meeting among those you may read."))
    return meeting


def chairs(officer: Officer, court: Court, team: Team | None) -> bool:
    """The director, or of a team its leader."""
    if leads(officer, court.pk):
        return True
    members = GroupMember.objects.filter(current_at(now()), officer=officer, group__team=team)
    return team is not None and Role.TEAM_LEADER in roles_of(officer) and members.exists()


def require_chairs(officer: Officer, court: Court, team: Team | None) -> None:
    """Raises DomainError 403 `role_required`."""
    if not chairs(officer, court, team):
        message = _("The director holds this meeting, or the leader of the team.")
        roles = [Role.DIRECTOR.value, *([Role.TEAM_LEADER.value] if team else [])]
        raise DomainError("role_required", 403, message, {"roles": roles})
