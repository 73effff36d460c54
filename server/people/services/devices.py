"""Enrolment codes, enrolment and revocation of devices."""

import base64
import os
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from server.common.clock import now
from server.common.errors import DomainError
from server.common.hashing import sha256_hex
from server.ledger.services import append
from server.people.access import is_suspended
from server.people.certificates import SECRET_BYTES, enrolment_code_text, issue_certificate
from server.people.device_auth import DeviceRevoked
from server.people.keys import root_public_key, signing_key_of
from server.people.models import Device, EnrolmentAttempt, EnrolmentCode, Officer
from server.people.services.entries import court_entry


@transaction.atomic
def issue_enrolment_code(*, officer: Officer, issued_by: Officer | None = None, void_older: bool = False) -> str:
    """A one-time code as it is printed and shown as QR; only a hash of its secret is kept.

    Raises DomainError 409 `officer_not_active`.
    """
    if not officer.is_active or is_suspended(officer):
        raise DomainError("officer_not_active", 409, _("This officer is suspended or has left; no device for them."))
    moment, secret = now(), os.urandom(SECRET_BYTES)
    if void_older:
        officer.enrolment_codes.filter(device=None, voided_at=None).update(voided_at=moment)
    code = EnrolmentCode.objects.create(
        court_id=officer.court_id,
        officer=officer,
        secret_hash=sha256_hex(secret),
        issued_at=moment,
        expires_at=moment + timedelta(hours=settings.ENROLMENT_CODE_HOURS),
    )
    view = {"officer": str(officer.pk), "code_id": str(code.pk)}
    append([court_entry(officer.court_id, "enrolment_code_issued", view, by=issued_by)])
    return enrolment_code_text(secret, root_public_key(officer.court))


@transaction.atomic
def enrol_device(
    *, secret: str, device_id: UUID, device_key: bytes, alg: str, name: str = "", app: str = "", sdk: str = ""
) -> Device:
    """Redeem a code's secret (16 base32 characters) for a certificate.

    The same secret, device and key find the device already enrolled, so a lost answer is asked for again.
    Raises DomainError 403 `enrolment_code_invalid` or `device_revoked`, 409 `device_id_taken`.
    """
    # Locked without its device: what a lock waited for is not in the snapshot that a join would read.
    code = EnrolmentCode.objects.select_for_update().filter(secret_hash=_hash_of(secret)).first()
    if code is None:
        raise _invalid()
    if code.device_id is not None:
        device = Device.objects.select_related("court", "officer").get(pk=code.device_id)
        return _enrolled_before(device, device_id, device_key)
    if code.voided_at is not None or code.expires_at <= now():
        raise _invalid()
    return _enrol(code, device_id, device_key, alg, name, {"app": app, "sdk": sdk})


def _hash_of(secret: str) -> str:
    try:
        return sha256_hex(base64.b32decode(secret))
    except ValueError:
        raise _invalid() from None


def _invalid() -> DomainError:
    message = _("This enrolment code is not valid: unknown, used or expired. Ask for a new one.")
    return DomainError("enrolment_code_invalid", 403, message)


def _enrolled_before(device: Device, device_id: UUID, device_key: bytes) -> Device:
    if device.pk != device_id or bytes(device.public_key) != device_key:
        raise _invalid()
    if device.revoked_at is not None:
        raise DeviceRevoked(device)
    return device


def _enrol(
    code: EnrolmentCode, device_id: UUID, device_key: bytes, alg: str, name: str, software: dict[str, str]
) -> Device:
    officer, moment = Officer.objects.select_related("court").get(pk=code.officer_id), now()
    if not officer.is_active or is_suspended(officer, moment):
        raise _invalid()
    key = signing_key_of(officer.court)
    certificate = issue_certificate(
        court=officer.court_id,
        officer=officer.pk,
        device=device_id,
        incarnation=1,
        device_key=device_key,
        alg=alg,
        issued_at=moment,
        chain=key.chain,
        kid=key.kid,
        signing_private=key.private_key,
    )
    device = Device(
        id=device_id,
        court=officer.court,
        officer=officer,
        alg=alg,
        public_key=device_key,
        certificate=certificate,
        name=name,
        enrolled_at=moment,
        last_status=software,
    )
    _insert(device)
    code.device = device
    code.save(update_fields=["device"])
    # How many he now has: a second one is for the command centre to see.
    devices = officer.devices.filter(revoked_at=None).count()
    view = {"device": str(device.pk), "officer": str(officer.pk), "incarnation": 1, "devices": devices}
    append([court_entry(officer.court_id, "device_enrolled", view, by=officer, name=name)])
    return device


def _insert(device: Device) -> None:
    try:
        with transaction.atomic():
            device.save(force_insert=True)
    except IntegrityError:
        message = _("This device identifier is taken. Start the enrolment again with a new one.")
        raise DomainError("device_id_taken", 409, message) from None


def note_failed_enrolment(*, address: str) -> None:
    """Counted against the address, outside the transaction that failed."""
    EnrolmentAttempt.objects.create(address=address[:64])


@transaction.atomic
def revoke_device(*, device: Device, reason: str, by: Officer | None = None) -> Device:
    """The device may neither read nor push any more. Revoking twice changes nothing."""
    device = Device.objects.select_for_update(of=("self",)).select_related("court", "officer").get(pk=device.pk)
    if device.revoked_at is not None:
        return device
    device.revoked_at, device.revoked_reason = now(), reason[:200]
    device.save(update_fields=["revoked_at", "revoked_reason"])
    view = {"device": str(device.pk), "officer": str(device.officer_id)}
    append([court_entry(device.court_id, "device_revoked", view, by=by, reason=reason)])
    return device


def forget_failed_enrolments(*, before: datetime) -> None:
    """Failures too old to count for the throttle."""
    EnrolmentAttempt.objects.filter(failed_at__lt=before).delete()
