"""What an officer's roles let him see. Roles are dated, and rest while he is suspended."""

from datetime import datetime, timedelta
from math import ceil
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _

from server.common.clock import now
from server.common.errors import DomainError
from server.common.statements import Given, Statement
from server.people.models import Court, EnrolmentAttempt, Officer, OfficerRole, Role

WATCHES_OWN_COURT = frozenset(
    {
        Role.COMMAND_CENTRE,
        Role.DIRECTOR,
        Role.PRESIDENT,
        Role.INSPECTION,
        Role.TRIAL_MANAGEMENT,
        Role.TEAM_LEADER,
    }
)
ENROLMENT_FAILURES = 10
ENROLMENT_WINDOW = timedelta(minutes=15)


def current_at(at: datetime | Given) -> Q:
    """Dated rows (roles, memberships) that hold at this moment; the end is exclusive."""
    return Q(valid_from__lte=at) & (Q(valid_to=None) | Q(valid_to__gt=at))


_ROLES = Statement(
    lambda: OfficerRole.objects.filter(current_at(Given("at")), officer_id=Given("officer_id")).values_list(
        "role", flat=True
    )
)


def is_suspended(officer: Officer, at: datetime | None = None) -> bool:
    at = at or now()
    begun = officer.suspended_from is not None and officer.suspended_from <= at
    return begun and (officer.suspended_until is None or at < officer.suspended_until)


def roles_of(officer: Officer, at: datetime | None = None) -> frozenset[str]:
    """Role codes that give rights at this moment; none for an officer inactive or suspended. One SELECT."""
    at = at or now()
    if not officer.is_active or is_suspended(officer, at):
        return frozenset()
    return frozenset(_ROLES.rows(officer_id=officer.pk, at=at))


def courts_watched_by(officer: Officer, at: datetime | None = None) -> frozenset[UUID]:
    """Courts whose cases and live stream this officer may read whole (domain.md 5.6)."""
    roles = roles_of(officer, at)
    watched = set(courts_below(officer.court_id)) if Role.SUPERIOR_SUPERVISOR in roles else set()
    if roles & WATCHES_OWN_COURT:
        watched.add(officer.court_id)
    return frozenset(watched)


def courts_on_wall(officer: Officer) -> frozenset[UUID]:
    """Of a wall its own court and every one below; of a person those he watches. None once it is revoked."""
    if not officer.is_wall:
        return courts_watched_by(officer)
    is_good = officer.is_active and not is_suspended(officer)
    return courts_below(officer.court_id) | {officer.court_id} if is_good else frozenset()


def courts_below(court_id: UUID) -> frozenset[UUID]:
    """Every lower court, at any depth, without this one. One SELECT per level."""
    below: set[UUID] = set()
    level = {court_id}
    while level:
        level = set(Court.objects.filter(parent_id__in=level).values_list("id", flat=True)) - below - {court_id}
        below |= level
    return frozenset(below)


def can_see_court(officer: Officer, court_id: UUID) -> bool:
    return court_id in courts_watched_by(officer)


def require_role(officer: Officer, *roles: str) -> None:
    """Raises DomainError 403 `role_required` unless the officer has one of these roles now."""
    if not roles_of(officer) & set(roles):
        raise DomainError(
            "role_required",
            403,
            _("Your role does not include this. Ask the administrator of your court."),
            {"roles": sorted(roles)},
        )


KEEPERS_OF_WALLS = frozenset({Role.COMMAND_CENTRE, Role.DIRECTOR, Role.SYSADMIN})


def keeps_walls(officer: Officer) -> bool:
    return bool(roles_of(officer) & KEEPERS_OF_WALLS)


def require_can_keep_walls(officer: Officer, court_id: UUID) -> None:
    """Of his own court alone. Raises DomainError 403 `role_required`."""
    require_role(officer, *KEEPERS_OF_WALLS)
    if officer.court_id != court_id:
        raise DomainError("not_found", 404, _("There is no such account in your court."))


def require_enrolment_allowed(*, address: str) -> None:
    """Raises DomainError 429 `too_many_attempts` after ten failed enrolments from this address in a quarter hour."""
    since = now() - ENROLMENT_WINDOW
    failures = EnrolmentAttempt.objects.filter(address=address, failed_at__gt=since).order_by("-failed_at")
    latest = list(failures.values_list("failed_at", flat=True)[:ENROLMENT_FAILURES])
    if len(latest) == ENROLMENT_FAILURES:
        raise DomainError(
            "too_many_attempts",
            429,
            _("Too many failed attempts. Wait before you try again."),
            retry_after_seconds=max(1, ceil((latest[-1] - since).total_seconds())),
        )
