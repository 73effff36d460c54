"""Muting an alarm for a while, with a reason; each mute and each end by hand is an entry of the desk's court."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from server.cases.levels import Level
from server.cases.models import Case
from server.common.clock import now, to_wire
from server.common.errors import DomainError
from server.duty.access import own_mute, require_keeps_desk
from server.duty.decide import LONGEST, is_long_enough, is_mutable
from server.duty.models import Mute
from server.duty.services.words import require_said
from server.ledger.services import append
from server.people.models import Officer
from server.people.services.entries import court_entry

MAX_REASON = 500


@transaction.atomic
def mute(
    *,
    cause: str,
    case: Case | None,
    level: Level,
    reason: str,
    until: datetime,
    by: Officer,
    mute_id: UUID | None = None,
) -> Mute:
    """Quiet until this moment what is no worse than `level`. Asked again with the same id it is the one there is.

    Raises DomainError 403 `role_required`, `never_muted`; 422 `mute_unclear`, `note_required`, `note_too_long`.
    """
    require_keeps_desk(by)
    if mute_id and Mute.objects.filter(pk=mute_id).exists():
        return own_mute(by, mute_id)
    _require_mutable(cause, case, until)
    said = require_said(reason, MAX_REASON)
    named = {"id": mute_id} if mute_id else {}
    made = Mute.objects.create(
        court_id=by.court_id, cause=cause, case=case, level=level.value, reason=said, by=by, until=until, **named
    )
    append([court_entry(made.court_id, "alarm_muted", _view(made), by=by, reason=said)])
    return made


@transaction.atomic
def end_mute(*, mute_id: UUID, by: Officer) -> Mute:
    """Before its time; one that has ended stays. Raises DomainError 403 `role_required`, 404 `mute_not_found`."""
    own_mute(by, mute_id)
    require_keeps_desk(by)
    held = Mute.objects.select_for_update(no_key=True).get(pk=mute_id)
    if held.ended_at is None and held.until > now():
        held.ended_at, held.ended_by = now(), by
        held.save(update_fields=["ended_at", "ended_by"])
        append([court_entry(held.court_id, "mute_ended", _view(held), by=by)])
    return held


def _require_mutable(cause: str, case: Case | None, until: datetime) -> None:
    if not is_mutable(cause):
        raise DomainError("never_muted", 403, _("Custody, lapsing seals and calls for help are never muted."))
    if not (cause or case) or not is_long_enough(until, now()):
        message = _("Name a cause or a case, and an end within seven days from now.")
        raise DomainError("mute_unclear", 422, message, {"longest_seconds": int(LONGEST.total_seconds())})


def _view(mute: Mute) -> dict[str, Any]:
    case = str(mute.case_id) if mute.case_id else None
    return {
        "mute": {
            "id": str(mute.pk),
            "cause": mute.cause,
            "case": case,
            "level": mute.level,
            "until": to_wire(mute.until),
            "ended_at": to_wire(mute.ended_at) if mute.ended_at else None,
        }
    }
