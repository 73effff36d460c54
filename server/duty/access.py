"""Who reads what a desk keeps, and who keeps it (domain.md 5.6)."""

from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from server.cases.access import readable_case
from server.cases.models import Case
from server.common.errors import DomainError
from server.duty.models import DailyReport, Mute, Shift
from server.people.access import courts_watched_by, require_role, roles_of
from server.people.models import Officer, Role

KEEPS = frozenset({Role.COMMAND_CENTRE, Role.DIRECTOR, Role.PRESIDENT})
"""Of their own court's desk."""


def keeps_desk(officer: Officer) -> bool:
    return bool(roles_of(officer) & KEEPS)


def require_keeps_desk(officer: Officer) -> None:
    """Raises DomainError 403 `role_required`."""
    require_role(officer, *KEEPS)


def mutes_visible_to(officer: Officer) -> QuerySet[Mute]:
    """Of desks whose court he watches."""
    return Mute.objects.filter(court__in=courts_watched_by(officer))


def shifts_visible_to(officer: Officer) -> QuerySet[Shift]:
    return Shift.objects.filter(court__in=courts_watched_by(officer))


def reports_visible_to(officer: Officer) -> QuerySet[DailyReport]:
    return DailyReport.objects.filter(court__in=courts_watched_by(officer))


def own_mute(officer: Officer, mute_id: UUID) -> Mute:
    """Of his own court's desk. Raises DomainError 404 `mute_not_found`."""
    mute = mutes_visible_to(officer).filter(pk=mute_id, court=officer.court_id).first()
    if mute is None:
        raise DomainError("mute_not_found", 404, _("There is no such mute at your desk."))
    return mute


def readable_shift(officer: Officer, shift_id: UUID) -> Shift:
    """Raises DomainError 404 `shift_not_found`."""
    shift = shifts_visible_to(officer).select_related("officer", "taken_by").filter(pk=shift_id).first()
    if shift is None:
        raise DomainError("shift_not_found", 404, _("There is no such shift among those you may read."))
    return shift


def named_case(officer: Officer, case_id: UUID | None) -> Case | None:
    """Raises DomainError 404 `case_not_found` for one he may not read."""
    return readable_case(officer, case_id) if case_id else None
