"""Enrolment codes, enrolment and revocation of devices."""

import base64
import os
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from server.common.clock import now
from server.common.errors import DomainError
from server.common.hashing import sha256_hex
from server.ledger.services import Draft, append
from server.people.access import is_suspended
from server.people.certificates import SECRET_BYTES, Continues, enrolment_code_text, issue_certificate
from server.people.device_auth import DeviceRevoked
from server.people.keys import root_public_key, signing_key_of
from server.people.models import Device, EnrolmentAttempt, EnrolmentCode, Officer
from server.people.services.entries import court_entry

MAX_REPAIRS_A_DAY = 20


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


@dataclass(frozen=True, slots=True)
class Before:
    """The device whose log a new one goes on from, and the last operation of it that this court holds."""

    device: Device
    point: Continues | None


@dataclass(frozen=True, slots=True)
class Applicant:
    """What a device says of itself when it asks for a certificate."""

    id: UUID
    key: bytes
    alg: str
    name: str = ""
    app: str = ""
    sdk: str = ""
    before: Before | None = None


@transaction.atomic
def enrol_device(*, secret: str, applicant: Applicant) -> Device:
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
        return _enrolled_before(device, applicant)
    if code.voided_at is not None or code.expires_at <= now():
        raise _invalid()
    return _enrol(code, applicant)


def _hash_of(secret: str) -> str:
    try:
        return sha256_hex(base64.b32decode(secret))
    except ValueError:
        raise _invalid() from None


def _invalid() -> DomainError:
    message = _("This enrolment code is not valid: unknown, used or expired. Ask for a new one.")
    return DomainError("enrolment_code_invalid", 403, message)


def _enrolled_before(device: Device, applicant: Applicant) -> Device:
    if device.pk != applicant.id or bytes(device.public_key) != applicant.key:
        raise _invalid()
    if device.revoked_at is not None:
        raise DeviceRevoked(device)
    return device


def _enrol(code: EnrolmentCode, applicant: Applicant) -> Device:
    officer = Officer.objects.select_related("court").get(pk=code.officer_id)
    if not officer.is_active or is_suspended(officer, now()):
        raise _invalid()
    if applicant.before and applicant.before.device.officer_id != officer.pk:
        message = _("This code is another officer's than the device it shall go on from. Ask for one of your own.")
        raise DomainError("code_of_another", 403, message)
    device = _certified(officer, applicant)
    # It works at once; his other devices and his desk ask him whether it was he.
    device.is_doubted = applicant.before is None and officer.devices.filter(revoked_at=None).exists()
    _insert(device)
    code.device = device
    code.save(update_fields=["device"])
    _tell_enrolled(device)
    return device


@transaction.atomic
def continue_device(*, applicant: Applicant) -> Device:
    """A certificate for a new log of the same key, without a code: its old one is damaged (the repair lane).

    Asked again with the same new identifier, the same device. Raises DomainError 409 `device_id_taken`, 429
    `too_many_attempts`.
    """
    assert applicant.before is not None
    old = Device.objects.select_for_update().get(pk=applicant.before.device.pk)
    if old.revoked_at is not None:
        raise DeviceRevoked(applicant.before.device)
    known = Device.objects.select_related("court", "officer").filter(pk=applicant.id).first()
    if known is not None and known.continues_id == old.pk and bytes(known.public_key) == applicant.key:
        return known
    if old.continued_by.filter(enrolled_at__gt=now() - timedelta(days=1)).count() >= MAX_REPAIRS_A_DAY:
        message = _("This device has begun anew too often today. What it records stays on it; ask your administrator.")
        raise DomainError("too_many_attempts", 429, message, retry_after_seconds=3600)
    device = _certified(Officer.objects.select_related("court").get(pk=old.officer_id), applicant)
    # The same hand under another name: whatever it was still asked, it is asked further.
    device.recovered_at, device.confirmed_at, device.is_doubted = old.recovered_at, old.confirmed_at, old.is_doubted
    _insert(device)
    _tell_enrolled(device)
    return device


def _certified(officer: Officer, applicant: Applicant) -> Device:
    """A device with its certificate, not saved."""
    key, moment, before = signing_key_of(officer.court), now(), applicant.before
    incarnation = before.device.incarnation + 1 if before else 1
    certificate = issue_certificate(
        court=officer.court_id,
        officer=officer.pk,
        device=applicant.id,
        incarnation=incarnation,
        device_key=applicant.key,
        alg=applicant.alg,
        issued_at=moment,
        chain=key.chain,
        kid=key.kid,
        signing_private=key.private_key,
        continues=before.point if before else None,
    )
    return Device(
        id=applicant.id,
        court=officer.court,
        officer=officer,
        incarnation=incarnation,
        alg=applicant.alg,
        public_key=applicant.key,
        certificate=certificate,
        continues=before.device if before else None,
        name=applicant.name,
        enrolled_at=moment,
        last_status={"app": applicant.app, "sdk": applicant.sdk},
    )


def _tell_enrolled(device: Device) -> None:
    """How many he now has: a second one is for the command centre to see."""
    officer = device.officer
    view = {
        "device": str(device.pk),
        "officer": str(officer.pk),
        "incarnation": device.incarnation,
        "devices": officer.devices.filter(revoked_at=None).count(),
    }
    if device.continues_id:
        view["continues"] = str(device.continues_id)
    append([court_entry(officer.court_id, "device_enrolled", view, by=officer, name=device.name)])


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
    """The device may neither read nor push any more, under no name its key ever had. Twice changes nothing."""
    rows = Device.objects.select_for_update(of=("self",)).select_related("court", "officer")
    same = rows.filter(officer_id=device.officer_id, public_key=device.public_key).order_by("pk")
    named = {each.pk: each for each in same}
    working = [each for each in named.values() if each.revoked_at is None]
    for each in working:
        each.revoked_at, each.revoked_reason = now(), reason[:200]
        each.save(update_fields=["revoked_at", "revoked_reason"])
    append([_revoked(each, by, reason) for each in working])
    return named[device.pk]


def _revoked(device: Device, by: Officer | None, reason: str) -> Draft:
    view = {"device": str(device.pk), "officer": str(device.officer_id)}
    return court_entry(device.court_id, "device_revoked", view, by=by, reason=reason)


def forget_failed_enrolments(*, before: datetime) -> None:
    """Failures too old to count for the throttle."""
    EnrolmentAttempt.objects.filter(failed_at__lt=before).delete()
