"""Who is told when somebody in the field may need help. A handful of SELECTs, none of them for a quiet day."""

from uuid import UUID

from django.db.models import Q

from server.common.clock import now
from server.people.access import current_at
from server.people.models import GroupMember, OfficerRole, Role

AT_ONCE = (Role.COMMAND_CENTRE,)
LEADERS = (Role.DIRECTOR, Role.PRESIDENT)


def watchers_of(court_id: UUID, officer_id: UUID | None, *, leaders: bool) -> list[UUID]:
    """Command centre and leaders of his teams; with `leaders`, and where there is neither, those of the bureau."""
    found = _in_office(court_id, AT_ONCE) | _team_leaders(officer_id)
    if leaders or not found:
        found |= _in_office(court_id, LEADERS)
    return sorted(found - {officer_id})


def _in_office(court_id: UUID, roles: tuple[str, ...]) -> set[UUID]:
    held = OfficerRole.objects.filter(_is_there(), current_at(now()), role__in=roles, officer__court_id=court_id)
    return set(held.values_list("officer_id", flat=True))


def _is_there() -> Q:
    at = now()
    begun = Q(officer__suspended_from__lte=at)
    return Q(officer__is_active=True) & ~(
        begun & (Q(officer__suspended_until=None) | Q(officer__suspended_until__gt=at))
    )


def _team_leaders(officer_id: UUID | None) -> set[UUID]:
    if officer_id is None:
        return set()
    in_teams = GroupMember.objects.filter(current_at(now()), group__team__isnull=False)
    teams = in_teams.filter(officer_id=officer_id).values("group__team_id")
    leading = OfficerRole.objects.filter(_is_there(), current_at(now()), role=Role.TEAM_LEADER).values("officer_id")
    led = in_teams.filter(group__team_id__in=teams, officer_id__in=leading)
    return set(led.values_list("officer_id", flat=True))
