"""A push under a certificate we issued in a life this database does not remember: the device is known again by it."""

from django.db import transaction

from server.people.certificates import Certificate
from server.people.device_auth import CertificateUnknown, authenticate_device
from server.people.models import Device
from server.people.queries import device_by_id
from server.people.services import recover_device
from server.sync.chain import genesis
from server.sync.logs import open_log
from server.sync.models import Operation


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
    """An identifier is certified once: where the row has another certificate, this one is not for it."""
    proved = unknown.certificate
    if unknown.device is not None:
        raise unknown
    device = recover_device(certificate=proved, continues=_predecessor(proved))
    if device.certificate != proved.text:
        raise unknown
    open_log(device)
    return device


def _predecessor(proved: Certificate) -> Device | None:
    """Whose log it goes on from: the certificate names a head, and no device."""
    if proved.continues is None:
        return None
    earlier = proved.continues
    candidates = Device.objects.filter(officer_id=proved.officer, incarnation=earlier.incarnation).order_by(
        "enrolled_at"
    )
    if earlier.seq:
        place = {"incarnation": earlier.incarnation, "seq": earlier.seq, "hash": earlier.hash}
        return candidates.filter(operations__in=Operation.objects.filter(**place)).first()
    return next((each for each in candidates if genesis(each.certificate).hex() == earlier.hash), None)
