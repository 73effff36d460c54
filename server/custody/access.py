"""Who may look at odd readings: inspection and the auditor of the court, never whom they are about."""

from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from server.common.errors import DomainError
from server.custody.models import OddReading
from server.people.access import require_role, roles_of
from server.people.models import Officer, Role

INSPECTS = frozenset({Role.INSPECTION, Role.AUDITOR})


def inspects(officer: Officer) -> bool:
    return bool(roles_of(officer) & INSPECTS)


def require_inspects(officer: Officer) -> None:
    """Raises DomainError 403 `role_required`."""
    require_role(officer, *INSPECTS)


def odd_readings_visible_to(officer: Officer) -> QuerySet[OddReading]:
    """Nothing of his own readings, not even one among several people's."""
    if not inspects(officer):
        return OddReading.objects.none()
    found = OddReading.objects.filter(court_id=officer.court_id).exclude(officer=officer)
    return found.exclude(pk__in=OddReading.objects.filter(readings__officer=officer).values("pk"))


def require_odd_reading(officer: Officer, odd_id: UUID) -> OddReading:
    """Raises DomainError 403 `role_required`, 404 `odd_reading_not_found`."""
    require_inspects(officer)
    found = odd_readings_visible_to(officer).filter(pk=odd_id).first()
    if found is None:
        raise DomainError("odd_reading_not_found", 404, _("There is no such odd reading among those you may look at."))
    return found
