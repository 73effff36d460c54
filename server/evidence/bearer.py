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


def device_of_bearer(text: str) -> Device:
    """The device it was issued to, with court and officer. One SELECT.

    Raises DomainError 401 `bearer_invalid` or `bearer_expired`, 403 `device_revoked`.
    """
    try:
        members = _SIGNER.unsign_object(text)
        device_id, until = UUID(members["device"]), int(members["until"])
    except (signing.BadSignature, ValueError, KeyError, TypeError):
        raise DomainError("bearer_invalid", 401, _("This upload bearer is not ours. Push to get one.")) from None
    if until < now().timestamp():
        raise DomainError("bearer_expired", 401, _("This upload bearer has expired. An empty push brings a new one."))
    return _working_device(device_id)


def _working_device(device_id: UUID) -> Device:
    device = device_by_id(device_id)
    if device is None:
        raise DomainError("bearer_invalid", 401, _("This upload bearer is not ours. Push to get one."))
    if device.revoked_at:
        raise DeviceRevoked(device)
    return device
