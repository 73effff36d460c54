"""Who may urge, answer, explain and conclude (domain.md 5.3, 5.6)."""

from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from server.cases.access import case_not_found, cases_visible_to
from server.cases.models import Case, Grant
from server.common.clock import now
from server.common.errors import DomainError
from server.people.access import courts_below, current_at, roles_of
from server.people.models import Officer, Role
from server.people.queries import team_members_of
from server.supervision.circle import HOLDS
from server.supervision.models import Finding, Urge

URGES_COURT = frozenset({Role.DIRECTOR, Role.PRESIDENT, Role.COMMAND_CENTRE})
CONCLUDES_FOR_COURT = frozenset({Role.DIRECTOR, Role.PRESIDENT})


def urges_visible_to(officer: Officer) -> QuerySet[Urge]:
    return Urge.objects.filter(case__in=cases_visible_to(officer))


def findings_visible_to(officer: Officer) -> QuerySet[Finding]:
    return Finding.objects.filter(case__in=cases_visible_to(officer))


def require_readable_case(officer: Officer, case_id: UUID) -> Case:
    """Raises DomainError 404 `case_not_found`."""
    case = cases_visible_to(officer).filter(pk=case_id).first()
    if case is None:
        raise case_not_found()
    return case


def can_urge(officer: Officer, case: Case) -> bool:
    """Leaders of its court, of a superior one, its team's leader, its former team."""
    roles = roles_of(officer)
    is_leader = officer.court_id == case.court_id and bool(roles & URGES_COURT)
    supervises = Role.SUPERIOR_SUPERVISOR in roles and case.court_id in courts_below(officer.court_id)
    return is_leader or supervises or _leads_holders(officer, roles, case.pk) or _was_handed_over(officer, case.pk)


def require_can_urge(officer: Officer, case: Case) -> None:
    """Raises 403 `may_not_urge`."""
    if not can_urge(officer, case):
        message = _("Leaders, the command centre and the team that had the case before may urge; you may read it.")
        raise DomainError("may_not_urge", 403, message)


def holds(officer: Officer, case_id: UUID, person_id: UUID | None) -> bool:
    """Whoever holds the case, or was named."""
    return officer.pk == person_id or _grants(officer, case_id).filter(reason__in=HOLDS).exists()


def require_holds(officer: Officer, case_id: UUID, person_id: UUID | None) -> None:
    """Raises 403 `not_yours_to_answer`."""
    if not holds(officer, case_id, person_id):
        raise DomainError("not_yours_to_answer", 403, _("Whoever holds the case answers for it."))


def can_conclude(officer: Officer, finding: Finding) -> bool:
    """Leaders of its court and of the team; nobody concludes what he answers for himself."""
    roles = roles_of(officer)
    has_court = officer.court_id == finding.court_id and bool(roles & CONCLUDES_FOR_COURT)
    is_own = officer.pk in (finding.person_id, finding.explained_by_id)
    return not is_own and (has_court or _leads_holders(officer, roles, finding.case_id))


def require_can_conclude(officer: Officer, finding: Finding) -> None:
    """Raises 403 `may_not_conclude`."""
    if not can_conclude(officer, finding):
        message = _("A leader of the court concludes, and never of a limit that was his own.")
        raise DomainError("may_not_conclude", 403, message)


def _grants(officer: Officer, case_id: UUID) -> QuerySet[Grant]:
    return Grant.objects.filter(current_at(now()), subject_id=case_id, officer=officer)


def _was_handed_over(officer: Officer, case_id: UUID) -> bool:
    return _grants(officer, case_id).filter(reason=Grant.Reason.FORMER_TEAM).exists()


def _leads_holders(officer: Officer, roles: frozenset[str], case_id: UUID) -> bool:
    if Role.TEAM_LEADER not in roles:
        return False
    team = {member.officer_id for member in team_members_of(officer, now())}
    held = Grant.objects.filter(current_at(now()), subject_id=case_id, reason__in=HOLDS, officer__in=team)
    return held.exists()
