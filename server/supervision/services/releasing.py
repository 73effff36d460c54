"""A person compelled to appear is free: said at the desk, where no act says it."""

from datetime import UTC, datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from server.cases.access import can_read_case
from server.cases.clock_rights import require_can_enter
from server.cases.services.triaging import require_reason
from server.cases.watched import held_cases
from server.common.clock import now, to_wire
from server.common.errors import DomainError
from server.field.models import HourClock
from server.people.models import Officer
from server.supervision.entries import Told, append_told


@transaction.atomic
def release_compelled(*, clock_id: UUID, released_at: datetime, reason: str, by: Officer) -> HourClock:
    """Its alarms end. By who has the case in hand, or leads its bureau; acts that tell of the release stand beside it.

    Raises DomainError 404 `compelled_not_found`, 403 `not_in_charge`, 409 `compelled_released`; 422 `note_required`,
    `note_too_long`, `release_impossible`.
    """
    require_reason(reason)
    known = HourClock.objects.filter(pk=clock_id).first()
    if known is None or not can_read_case(by, known.case_id):
        raise DomainError("compelled_not_found", 404, _("There is no such person in a case you may read."))
    require_can_enter(by, known.case_id)
    case = held_cases([known.case_id])[known.case_id]
    clock = HourClock.objects.get(pk=clock_id)
    _require_possible(clock, released_at)
    clock.released_at, clock.next_alarm_at = released_at.astimezone(UTC), None
    clock.save(update_fields=["released_at", "next_alarm_at"])
    view = {"id": str(clock.pk), "action": str(clock.action_id), "released_at": to_wire(released_at)}
    append_told([Told(case, "compelled_released", {"compelled": view}, {"reason": reason}, by)])
    return clock


def _require_possible(clock: HourClock, released_at: datetime) -> None:
    if clock.released_at is not None:
        details = {"released_at": to_wire(clock.released_at)}
        raise DomainError("compelled_released", 409, _("This person was released already; that stands."), details)
    if not clock.began_at <= released_at <= now():
        raise DomainError("release_impossible", 422, _("A release lies after the arrival, and not in the future."))
