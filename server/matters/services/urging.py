"""Urging (催办, 督办) of a court that does not sign for, do or confirm a matter in time, by a court above it."""

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from server.common.clock import now
from server.common.errors import DomainError
from server.common.ids import new_id
from server.ledger.services import append
from server.matters.access import require_can_urge
from server.matters.models import Matter, MatterUrge
from server.matters.queries import is_late
from server.matters.services.entries import urged_draft
from server.matters.services.moving import held_matter
from server.matters.services.offices import Offices
from server.matters.services.talking import worded
from server.matters.services.warning import TOLD, notices_of_urge
from server.matters.turns import awaited_court
from server.notices.services import tell
from server.people.models import Officer


@transaction.atomic
def urge_matter(
    *, matter: Matter, by: Officer, text: str, supervises: bool = False, urge_id: UUID | None = None
) -> MatterUrge:
    """Urge the court whose turn it is, once its day has passed; `supervises` puts the matter under watch as well. Said
    twice with the same id it is one. Raises DomainError 403 `may_not_urge`, 409 `matter_not_late`, 422
    `note_required`, `note_too_long`.
    """
    require_can_urge(by, matter)
    matter = held_matter(matter.pk)
    standing = MatterUrge.objects.filter(pk=urge_id, matter=matter).first() if urge_id else None
    if standing:
        return standing
    require_can_urge(by, matter)  # whose turn it is may have changed meanwhile
    court, at = awaited_court(matter), now()
    if court is None or matter.due_on is None or not is_late(matter, at):
        raise DomainError("matter_not_late", 409, _("Its day has not passed: nobody is late with it."))
    urge = MatterUrge.objects.create(
        id=urge_id or new_id(),
        matter=matter,
        court=court,
        clock=matter.due_clock,
        due_on=matter.due_on,
        by=by,
        text=worded(text, 1000),
        is_supervision=supervises,
        asked_at=at,
    )
    matter.urged, matter.is_supervised = matter.urged + 1, matter.is_supervised or supervises
    matter.save(update_fields=["urged", "is_supervised"])
    tell(list(notices_of_urge(matter, urge, Offices([court.pk], TOLD))))
    append([urged_draft(matter, urge)])
    return urge
