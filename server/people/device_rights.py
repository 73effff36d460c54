"""Who may end a device, and who the two persons are that open what was sealed."""

from uuid import UUID

from django.utils.translation import gettext as _

from server.common.errors import DomainError
from server.people.access import require_role, roles_of
from server.people.models import Device, Officer, Role
from server.people.queries import devices_visible_to

KEEPS_DEVICES = frozenset({Role.COMMAND_CENTRE, Role.DIRECTOR, Role.SYSADMIN})
ASKS_FIRST = KEEPS_DEVICES
ALLOWS_SECOND = frozenset({Role.DIRECTOR, Role.PRESIDENT, Role.INSPECTION})


def require_device(officer: Officer, device_id: UUID) -> Device:
    """Raises DomainError 404 `device_not_found`, the same for a device that is not his to see and for none at all."""
    device = devices_visible_to(officer).select_related("court").filter(pk=device_id).first()
    if device is None:
        raise DomainError("device_not_found", 404, _("There is no such device among those you may see."))
    return device


def can_keep(officer: Officer, device: Device) -> bool:
    """His own device, or one of the court whose devices he looks after."""
    return device.officer_id == officer.pk or _has(officer, device, KEEPS_DEVICES)


def require_can_keep(officer: Officer, device: Device) -> None:
    """Raises DomainError 403 `role_required`."""
    if not can_keep(officer, device):
        _refuse(officer, KEEPS_DEVICES)


def can_ask(officer: Officer, device: Device) -> bool:
    return _has(officer, device, ASKS_FIRST)


def require_can_ask(officer: Officer, device: Device) -> None:
    """The first of two persons. Raises DomainError 403 `role_required`."""
    if not can_ask(officer, device):
        _refuse(officer, ASKS_FIRST)


def can_allow(officer: Officer, device: Device) -> bool:
    return device.officer_id != officer.pk and _has(officer, device, ALLOWS_SECOND)


def require_can_allow(officer: Officer, device: Device) -> None:
    """The second of two persons, never the device's own officer. Raises DomainError 403 `role_required`."""
    if not can_allow(officer, device):
        _refuse(officer, ALLOWS_SECOND)


def _has(officer: Officer, device: Device, roles: frozenset[Role]) -> bool:
    return device.court_id == officer.court_id and bool(roles_of(officer) & roles)


def _refuse(officer: Officer, roles: frozenset[Role]) -> None:
    require_role(officer, *roles)
    message = _("This is for another court, or for somebody else than the device's own officer.")
    raise DomainError("role_required", 403, message, {"roles": sorted(roles)})
