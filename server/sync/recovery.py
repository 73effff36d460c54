"""A push under a certificate we issued in a life this database does not remember: the device is known again by it."""

from django.db import transaction

from server.people.certificates import Certificate
from server.people.device_auth import CertificateUnknown, authenticate_device
from server.people.models import Device
from server.people.queries import device_by_id
from server.people.services import recover_device
from server.sync.chain import genesis
from server.sync.models import DeviceLog


def authenticate_owing_device(*, certificate: str, nonce: str, body: bytes, signature: str | None) -> Device:
    """As `authenticate_device`, for requests that only bring: nothing a device owes is refused after a restore."""
    try:
        return authenticate_device(certificate=certificate, nonce=nonce, body=body, signature=signature)
    except CertificateUnknown as unknown:
        return _recovered(unknown)


def known_by(certificate: Certificate) -> Device:
    """The device of a proved certificate, known again by it after a restore. Raises CertificateUnknown."""
    device = device_by_id(certificate.device)
    if device is not None and device.certificate == certificate.text:
        return device
    return _recovered(CertificateUnknown(certificate, device))


@transaction.atomic
def _recovered(unknown: CertificateUnknown) -> Device:
    proved, known = unknown.certificate, unknown.device
    if known is not None:
        # The row decides, held: two requests of the same device may be here at once.
        known = Device.objects.select_for_update().get(pk=known.pk)
        if known.incarnation > proved.incarnation or known.court_id != proved.court:
            raise unknown
        if known.certificate == proved.text:
            return known
        if known.incarnation == proved.incarnation:
            raise unknown
    device = recover_device(certificate=proved)
    beginning = {"incarnation": proved.incarnation, "acked_seq": 0, "acked_hash": genesis(proved.text).hex()}
    DeviceLog.objects.update_or_create(device=device, defaults={**beginning, "safe_seq": 0, "safe_hash": ""})
    return device
