"""Pauses: the clocks of a case stand still, founded on a document and on somebody who approved it."""

from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from server.cases.models import Case, ClockPause
from server.cases.pauses import LATEST_ENTRY_DAYS
from server.cases.services.due_dates import recompute_and_tell
from server.cases.services.events import locked_open_case
from server.common.clock import local_date, now
from server.common.errors import DomainError
from server.people.models import Officer


@transaction.atomic
def pause_clocks(
    *,
    case: Case,
    reason: str,
    started_on: date,
    document: str,
    approved_by: Officer | None,
    ended_on: date | None = None,
    by: Officer | None = None,
) -> ClockPause:
    """The clocks of a case stand still, but for those of custody and seals and those this reason does not stop.

    An open suspension is made by `suspend_case`. Raises DomainError 403 `second_person_needed`; 409 `case_closed`,
    `pause_is_suspension`; 422 `pause_unfounded` without a document or an approver, `pause_invalid` for days that cannot
    be.
    """
    case = locked_open_case(case.pk)
    if reason == ClockPause.Reason.SUSPENDED and ended_on is None:
        message = _("Suspend the case: its clocks stand still by that, until it is resumed.")
        raise DomainError("pause_is_suspension", 409, message)
    pause = begin_pause(case, reason, started_on, document, approved_by, ended_on=ended_on, by=by)
    recompute_and_tell(case, "clock_paused", {"pause": pause_view(pause)}, by=by, document=document)
    return pause


@transaction.atomic
def end_pause(*, pause: ClockPause, ended_on: date, by: Officer | None = None) -> ClockPause:
    """The clocks go on with this day. Saying the same again changes nothing.

    A suspension ends by `resume_case`. Raises DomainError 409 `case_closed`, `pause_ended`, `pause_is_suspension`; 422
    `pause_invalid`.
    """
    case = locked_open_case(pause.case_id)
    pause.refresh_from_db()
    if pause.ended_on == ended_on:
        return pause
    if pause.ended_on is not None:
        message = _("This pause has ended already, on %(day)s.") % {"day": pause.ended_on}
        raise DomainError("pause_ended", 409, message, {"ended_on": pause.ended_on.isoformat()})
    if pause.reason == ClockPause.Reason.SUSPENDED:
        raise DomainError("pause_is_suspension", 409, _("Resume the case: the pause ends by that."))
    finish_pause(pause, ended_on)
    recompute_and_tell(case, "clock_pause_ended", {"pause": pause_view(pause)}, by=by)
    return pause


def begin_pause(
    case: Case,
    reason: str,
    started_on: date,
    document: str,
    approved_by: Officer | None,
    *,
    ended_on: date | None = None,
    by: Officer | None,
) -> ClockPause:
    """The row, judged; dates and ledger are the caller's, who holds the case."""
    approver = require_founded(document, approved_by, by)
    today = local_date(now())
    _require_possible(started_on, ended_on, today)
    return ClockPause.objects.create(
        case=case,
        reason=reason,
        started_on=started_on,
        ended_on=ended_on,
        document=document,
        approved_by=approver,
        entered_by=by,
        is_late_entry=(today - started_on).days > LATEST_ENTRY_DAYS,
    )


def finish_pause(pause: ClockPause, ended_on: date) -> None:
    _require_possible(pause.started_on, ended_on, local_date(now()))
    pause.ended_on = ended_on
    pause.save(update_fields=["ended_on"])


def require_founded(document: str, approved_by: Officer | None, by: Officer | None) -> Officer:
    """Who approved it: another person than who enters it.

    Raises DomainError 422 `pause_unfounded`, naming what is lacking; 403 `second_person_needed`.
    """
    lacking = [*([] if document.strip() else ["document"]), *([] if approved_by else ["approved_by"])]
    if lacking or approved_by is None:
        message = _("What stops or moves a clock rests on a document, by its number, and on somebody who approved it.")
        raise DomainError("pause_unfounded", 422, message, {"lacks": lacking})
    if by is not None and by.pk == approved_by.pk:
        message = _("You enter this yourself: another person has to approve it.")
        raise DomainError("second_person_needed", 403, message)
    return approved_by


def _require_possible(started_on: date, ended_on: date | None, today: date) -> None:
    if started_on > today or (ended_on is not None and ended_on < started_on):
        message = _("A pause begins today or earlier, and does not end before it begins.")
        raise DomainError("pause_invalid", 422, message)


def pause_view(pause: ClockPause) -> dict[str, Any]:
    return {
        "id": str(pause.pk),
        "reason": str(pause.reason),
        "started_on": pause.started_on.isoformat(),
        "ended_on": pause.ended_on.isoformat() if pause.ended_on else None,
        "approved_by": str(pause.approved_by_id),
        "is_late_entry": pause.is_late_entry,
    }
