"""A further device of an officer works at once, and he is asked whether it was he who enrolled it."""

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from server.common.errors import DomainError
from server.ledger.services import append
from server.people.models import Device, Officer
from server.people.services.devices import revoke_device
from server.people.services.entries import court_entry


@transaction.atomic
def answer_doubt(*, officer: Officer, device_id: UUID, was_me: bool, by_device: Device | None = None) -> Device:
    """His word on a further device of his own, by another of his devices or at a desk; "no" revokes it.

    Raises DomainError 404 `device_not_found`, 409 `device_not_doubted` (answered before, or it asks about itself).
    """
    rows = Device.objects.select_for_update(of=("self",)).select_related("court", "officer")
    device = rows.filter(pk=device_id, officer=officer).first()
    if device is None:
        raise DomainError("device_not_found", 404, _("There is no such device among those you may see."))
    # Whoever holds the doubted device could vouch for it himself.
    is_own_word = by_device is not None and (by_device.pk == device.pk or by_device.is_doubted)
    if not device.is_doubted or device.revoked_at is not None or is_own_word:
        raise DomainError("device_not_doubted", 409, _("Nothing is asked about this device here."))
    device.is_doubted = False
    device.save(update_fields=["is_doubted"])
    view = {"device": str(device.pk), "officer": str(officer.pk), "was_me": was_me}
    append([court_entry(device.court_id, "device_answered_for", view, by=officer)])
    return device if was_me else revoke_device(device=device, reason=_("Not enrolled by its officer"), by=officer)
