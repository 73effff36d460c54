"""The short-lived right to deliver one device's promised files; tus clients can carry only a static header."""

from uuid import UUID

from django.conf import settings
from django.core import signing
from django.utils.translation import gettext as _

from server.common.clock import now
from server.common.errors import DomainError
from server.people.device_auth import DeviceRevoked
from server.people.models import Device
from server.people.queries import device_by_id

_SIGNER = signing.Signer(salt="zhixing.upload-bearer.1")


def issue_bearer(device: Device) -> str:
    """A bearer for this device's uploads, good for `UPLOAD_BEARER_SECONDS`."""
    until = int(now().timestamp()) + settings.UPLOAD_BEARER_SECONDS
    return _SIGNER.sign_object({"device": str(device.pk), "until": until})


def device_of_bearer(text: str, *, even_revoked: bool = False) -> Device:
    """The device it was issued to, with court and officer. One SELECT.

    Raises DomainError 401 `bearer_invalid` or `bearer_expired`, 403 `device_revoked`.
    """
    return working_device(device_id_of_bearer(text), even_revoked=even_revoked)


def device_id_of_bearer(text: str) -> UUID:
    """Whose it is, by its signature alone: the caller reads the device. Raises DomainError 401."""
    try:
        members = _SIGNER.unsign_object(text)
        device_id, until = UUID(members["device"]), int(members["until"])
    except (signing.BadSignature, ValueError, KeyError, TypeError):
        raise DomainError("bearer_invalid", 401, _("This upload bearer is not ours. Push to get one.")) from None
    if until < now().timestamp():
        raise DomainError("bearer_expired", 401, _("This upload bearer has expired. An empty push brings a new one."))
    return device_id


def working_device(device_id: UUID, *, even_revoked: bool = False) -> Device:
    """With court and officer. Raises DomainError 401 `bearer_invalid`, 403 `device_revoked`."""
    device = device_by_id(device_id)
    if device is None:
        raise DomainError("bearer_invalid", 401, _("This upload bearer is not ours. Push to get one."))
    if not even_revoked:
        require_not_revoked(device)
    return device


def require_not_revoked(device: Device) -> None:
    if device.revoked_at:
        raise DeviceRevoked(device)
