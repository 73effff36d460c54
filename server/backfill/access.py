"""Who may say that something stands in the national system: those who have the case in hand, and its court's desks."""

from uuid import UUID

from django.db.models import Q, QuerySet

from server.cases.access import ACTING, cases_visible_to
from server.cases.models import Case, Grant, SubjectType
from server.common.clock import now
from server.people.access import current_at, roles_of
from server.people.models import Officer, Role

FILLS_FOR_COURT = frozenset({Role.COMMAND_CENTRE, Role.TRIAL_MANAGEMENT, Role.TEAM_LEADER, Role.DIRECTOR})


def cases_filled_by(officer: Officer) -> QuerySet[Case]:
    """Of his own court alone: a case is kept in the national system by the court whose case it is."""
    own = cases_visible_to(officer).filter(court_id=officer.court_id)
    return own if roles_of(officer) & FILLS_FOR_COURT else own.filter(in_hand_of(officer.pk))


def in_hand_of(officer_id: UUID) -> Q:
    """Cases that this officer has in hand at this moment."""
    grants = Grant.objects.filter(current_at(now()), subject_type=SubjectType.CASE, reason__in=ACTING)
    return Q(pk__in=grants.filter(officer_id=officer_id).values("subject_id"))
