"""Which device signed this request: its certificate, proved once, and its signature, proved each time."""

import binascii
from uuid import UUID

from django.utils.translation import gettext as _

from server.common.errors import DomainError
from server.common.members import read_uuid
from server.common.schemes import verify_bytes
from server.common.signing import SignatureError, decode_base64, parse_signed, request_bytes, split_text
from server.people.certificates import Certificate, open_certificate
from server.people.keys import root_public_key
from server.people.models import Court, Device
from server.people.queries import device_by_id

SIGNATURE_HEADER = "Zhixing-Signature"


class DeviceRevoked(DomainError):
    """A request proved to come from a device that was revoked: push may still keep what it sent, sealed."""

    def __init__(self, device: Device) -> None:
        message = _("This device has been revoked. What it recorded is kept; go to your command centre.")
        super().__init__("device_revoked", 403, message)
        self.device = device


class CertificateUnknown(DomainError):
    """A proved request under a certificate our court issued, but which we do not hold.

    The hook for a server restored from before the enrolment: push catches it and takes what the device owes (it must
    make the Device row from `certificate`, and its log, first). `device` is the row of that id, if there is one: then
    this is an older or newer incarnation than ours. Unhandled it is a 401 and the device keeps everything.
    """

    def __init__(self, certificate: Certificate, device: Device | None) -> None:
        message = _("This server does not know the device's certificate. Nothing is lost; tell your command centre.")
        super().__init__("certificate_unknown", 401, message)
        self.certificate = certificate
        self.device = device


def authenticate_device(*, certificate: str, nonce: str, body: bytes, signature: str | None) -> Device:
    """The device, with court and officer, that signed this decompressed body. One SELECT.

    Raises DomainError 401 `certificate_invalid` or `request_signature_invalid`, CertificateUnknown, DeviceRevoked.
    """
    claimed = _claimed_device(certificate)
    device = device_by_id(claimed)
    # Letter for letter the certificate we issued: its chain was proved then.
    if device is not None and device.certificate == certificate:
        require_request_signature(
            device.pk, bytes(device.public_key), device.alg, nonce=nonce, body=body, signature=signature
        )
        if device.revoked_at is not None:
            raise DeviceRevoked(device)
        return device
    proved = prove_certificate(certificate)
    require_request_signature(proved.device, proved.device_key, proved.alg, nonce=nonce, body=body, signature=signature)
    raise CertificateUnknown(proved, device)


def require_request_signature(
    device_id: UUID, key: bytes, alg: str, *, nonce: str, body: bytes, signature: str | None
) -> None:
    """Raises DomainError 401 `request_signature_invalid`."""
    try:
        message = request_bytes(device_id, nonce, body)
        proof = decode_base64(signature or "")
    except (SignatureError, binascii.Error):
        raise _signature_invalid() from None
    if not verify_bytes(key, alg, message, proof):
        raise _signature_invalid()


def _signature_invalid() -> DomainError:
    message = _("The request's signature does not verify with the device's key. Send it again unchanged.")
    return DomainError("request_signature_invalid", 401, message)


def _claimed_device(certificate: str) -> UUID:
    try:
        return read_uuid(parse_signed("certificate", split_text(certificate)[0]), "device")
    except SignatureError as fault:
        raise _certificate_invalid(str(fault)) from None


def prove_certificate(certificate: str) -> Certificate:
    """Up to the root of one of our courts. Raises DomainError 401 `certificate_invalid`."""
    try:
        claimed = read_uuid(parse_signed("certificate", split_text(certificate)[0]), "court")
        court = Court.objects.filter(pk=claimed).first()
        if court is None:
            raise SignatureError("issued by a court that is not here")
        proved = open_certificate(certificate, root_public_key(court))
        if proved.court != court.pk:
            raise SignatureError("its court is another than its root's")
    except SignatureError as fault:
        raise _certificate_invalid(str(fault)) from None
    return proved


def _certificate_invalid(reason: str) -> DomainError:
    message = _("The device's certificate is not valid here. Nothing is lost; tell your command centre.")
    return DomainError("certificate_invalid", 401, message, {"reason": reason})
