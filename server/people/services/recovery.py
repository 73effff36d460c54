"""Devices a restored server has never seen: their certificate, signed under our root, says who they are.

What they owe is taken at once; reading waits until somebody at the desk has looked, since a revocation may be lost too.
"""

from django.db import transaction
from django.utils.translation import gettext as _

from server.common.clock import now
from server.common.errors import DomainError
from server.ledger.services import append
from server.people.certificates import Certificate
from server.people.models import Court, Device, Officer
from server.people.services.entries import court_entry

PLACEHOLDER = "recovered-"


class Unconfirmed(DomainError):
    def __init__(self) -> None:
        message = _(
            "The server was restored and does not know this device yet. What you record arrives; reading waits until "
            "the command centre has confirmed the device."
        )
        super().__init__("device_unconfirmed", 403, message)


@transaction.atomic
def recover_device(*, certificate: Certificate, continues: Device | None = None) -> Device:
    """The device as its proved certificate tells it; the one already here where another request came first."""
    officer = _officer_of(certificate)
    members = {
        "court": officer.court,
        "continues": continues,
        "officer": officer,
        "incarnation": certificate.incarnation,
        "alg": certificate.alg,
        "public_key": certificate.device_key,
        "certificate": certificate.text,
        "enrolled_at": certificate.issued_at,
        "recovered_at": now(),
        "confirmed_at": None,
    }
    device, is_new = Device.objects.get_or_create(id=certificate.device, defaults=members)
    if is_new:
        view = {"device": str(device.pk), "officer": str(officer.pk), "incarnation": device.incarnation}
        append([court_entry(officer.court_id, "device_recovered", view)])
    return device


def _officer_of(certificate: Certificate) -> Officer:
    """He too may have been entered after the backup: then a name to be filled in stands for him."""
    found = Officer.objects.select_related("court").filter(pk=certificate.officer).first()
    if found is not None:
        return found
    court = Court.objects.get(pk=certificate.court)
    officer = Officer(
        id=certificate.officer,
        court=court,
        staff_no=f"{PLACEHOLDER}{certificate.officer.hex[-12:]}",
        name=_("(not known since the restore)"),
        is_active=False,
    )
    officer.set_unusable_password()
    officer.save(force_insert=True)
    return officer


@transaction.atomic
def confirm_device(*, device: Device, by: Officer | None = None) -> Device:
    """Let a recovered device read again. Raises DomainError 409 `device_not_waiting`."""
    held = Device.objects.select_for_update().get(pk=device.pk)
    if held.recovered_at is None or held.confirmed_at is not None or held.revoked_at is not None:
        raise DomainError("device_not_waiting", 409, _("This device does not wait to be confirmed."))
    held.confirmed_at = now()
    held.save(update_fields=["confirmed_at"])
    append([court_entry(held.court_id, "device_confirmed", {"device": str(held.pk)}, by=by)])
    return held


@transaction.atomic
def name_recovered_officer(*, officer: Officer, staff_no: str, name: str, by: Officer | None = None) -> Officer:
    """Say who a recovered device's officer is, so that he may work again.

    Raises DomainError 409 `officer_already_named` or `staff_no_taken`.
    """
    if not officer.staff_no.startswith(PLACEHOLDER):
        raise DomainError("officer_already_named", 409, _("This officer is known; nothing was changed."))
    if Officer.objects.filter(staff_no=staff_no).exists():
        message = _("Staff number %(staff_no)s is somebody else's here. Enter the recovered officer under a free one.")
        raise DomainError("staff_no_taken", 409, message % {"staff_no": staff_no})
    officer.staff_no, officer.name, officer.is_active = staff_no, name, True
    officer.save(update_fields=["staff_no", "name", "is_active"])
    view = {"officer": str(officer.pk)}
    append([court_entry(officer.court_id, "officer_named", view, by=by, staff_no=staff_no, name=name)])
    return officer


def require_confirmed(device: Device) -> None:
    """Raises Unconfirmed: a recovered device reads nothing before the desk has looked."""
    if device.recovered_at is not None and device.confirmed_at is None:
        raise Unconfirmed
