"""Erase the private part of what a court's ledger says, where the law asks for it: two persons, a reason, an entry."""

from collections.abc import Collection

from django.utils.translation import gettext as _

from server.common.errors import DomainError
from server.ledger.erasing import erase_facts
from server.people.access import require_role
from server.people.device_rights import ALLOWS_SECOND, ASKS_FIRST
from server.people.models import Officer
from server.people.streams import court_stream, inspection_stream


def erase_entry_facts(
    *, positions: Collection[int], reason: str, by: Officer, allowed_by: Officer, is_inspection: bool = False
) -> list[int]:
    """In the stream of their court, or in its inspection's. Returns the positions erased now.

    It is for good, but for backups made before. Raises DomainError 403 `role_required` or `second_person_needed`, 422
    `facts_not_erasable`.
    """
    require_role(by, *ASKS_FIRST)
    require_role(allowed_by, *ALLOWS_SECOND)
    if by.pk == allowed_by.pk or by.court_id != allowed_by.court_id:
        message = _("Another person of the same court has to allow it.")
        raise DomainError("second_person_needed", 403, message)
    stream = inspection_stream(by.court_id) if is_inspection else court_stream(by.court_id)
    view = {"court": str(by.court_id), "by": str(by.pk), "allowed_by": str(allowed_by.pk)}
    return erase_facts(stream=stream, positions=positions, view=view, facts={"reason": reason})
