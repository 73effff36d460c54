"""Who sees what of safety, and who answers for it at the desk (domain.md 5.6)."""

from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from server.common.clock import now
from server.common.errors import DomainError
from server.people.access import courts_watched_by, current_at, roles_of
from server.people.models import GroupMember, Officer, Role
from server.safety.models import Alarm, Campaign, Order, Presence

COMMANDS = frozenset({Role.COMMAND_CENTRE, Role.DIRECTOR, Role.PRESIDENT, Role.TEAM_LEADER})
"""Answer alarms, send teams and lead joint operations, in their own court."""


def alarms_visible_to(officer: Officer) -> QuerySet[Alarm]:
    return Alarm.objects.filter(Q(court_id__in=courts_watched_by(officer)) | Q(officer=officer))


def presences_visible_to(officer: Officer) -> QuerySet[Presence]:
    return Presence.objects.filter(Q(court_id__in=courts_watched_by(officer)) | Q(officer=officer))


def orders_visible_to(officer: Officer) -> QuerySet[Order]:
    """Of courts he watches, and those of the groups he stands in now."""
    return Order.objects.filter(Q(court_id__in=courts_watched_by(officer)) | Q(group_id__in=_groups_of(officer)))


def campaigns_visible_to(officer: Officer) -> QuerySet[Campaign]:
    """Of courts he watches, those he commands, and those his group goes out in."""
    own = Campaign.objects.filter(Q(commander=officer) | Q(groups__in=_groups_of(officer))).values("pk")
    return Campaign.objects.filter(Q(court_id__in=courts_watched_by(officer)) | Q(pk__in=own))


def _groups_of(officer: Officer) -> QuerySet[GroupMember, UUID]:
    active = GroupMember.objects.filter(current_at(now()), officer=officer, officer__is_active=True)
    return active.values_list("group_id", flat=True)


def can_command(officer: Officer, court_id: UUID) -> bool:
    return officer.court_id == court_id and bool(roles_of(officer) & COMMANDS)


def require_can_command(officer: Officer, court_id: UUID) -> None:
    """Raises DomainError 403 `may_not_command`."""
    if not can_command(officer, court_id):
        message = _("The command centre, the leaders of the court and of its teams do this.")
        raise DomainError("may_not_command", 403, message)


def require_own_id(officer: Officer, court_id: UUID) -> None:
    """Of what stands under an id that he gave. Raises DomainError 409 `id_taken` where it is another court's."""
    if officer.court_id != court_id:
        raise DomainError("id_taken", 409, _("Something else stands under this id. Ask again with another."))


def readable_alarm(officer: Officer, alarm_id: UUID) -> Alarm:
    """Raises DomainError 404 `alarm_not_found`, the same for one that is not his to see and for none at all."""
    alarm = alarms_visible_to(officer).filter(pk=alarm_id).first()
    if alarm is None:
        raise DomainError("alarm_not_found", 404, _("There is no such alarm among those you may read."))
    return alarm


def readable_presence(officer: Officer, presence_id: UUID) -> Presence:
    """Raises DomainError 404 `presence_not_found`."""
    presence = presences_visible_to(officer).filter(pk=presence_id).first()
    if presence is None:
        raise DomainError("presence_not_found", 404, _("Nobody you may know of is on site under this number."))
    return presence
