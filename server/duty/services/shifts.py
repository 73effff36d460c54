"""The log of a shift (值班日志) and its hand-over (交接): what is open, in words and counted."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from server.cases.models import Case
from server.common.clock import now, to_wire
from server.common.errors import DomainError
from server.duty.access import readable_shift, require_keeps_desk
from server.duty.figures import standing_counts
from server.duty.models import Shift, ShiftNote
from server.duty.services.words import require_said
from server.ledger.services import Draft, append
from server.people.models import Court, Officer
from server.people.services.entries import court_entry

MAX_LINE, MAX_SUMMARY = 1000, 2000


@transaction.atomic
def begin_shift(*, by: Officer) -> Shift:
    """Where nobody is on duty. Raises DomainError 403 `role_required`, 409 `shift_stands`."""
    require_keeps_desk(by)
    Court.objects.select_for_update(no_key=True).get(pk=by.court_id)
    if Shift.objects.filter(court=by.court_id, taken_at=None).exists():
        raise DomainError("shift_stands", 409, _("Somebody is on duty. Take over from him."))
    shift = Shift.objects.create(court_id=by.court_id, officer=by)
    append([_entry(shift, "shift_began", by)])
    return shift


@transaction.atomic
def add_line(*, shift_id: UUID, text: str, by: Officer, case: Case | None = None) -> ShiftNote:
    """Raises DomainError 403 `role_required`, `not_on_duty` at another court's desk; 404 `shift_not_found`; 409
    `shift_over`; 422 `note_required`, `note_too_long`.
    """
    shift = _held(shift_id, by)
    said = require_said(text, MAX_LINE)
    line = ShiftNote.objects.create(shift=shift, case=case, text=said, by=by)
    append([_entry(shift, "shift_noted", by, text=said)])
    return line


@transaction.atomic
def hand_over(*, shift_id: UUID, summary: str, by: Officer) -> Shift:
    """What is open is counted now, and shown to whoever takes over; said again until then, the later words count.

    Raises DomainError as `add_line`, and 403 `not_on_duty` for anybody but whose shift it is.
    """
    shift = _held(shift_id, by)
    if shift.officer_id != by.pk:
        raise DomainError("not_on_duty", 403, _("Whoever is on duty hands over."))
    shift.summary, shift.left_open, shift.handed_over_at = (
        require_said(summary, MAX_SUMMARY),
        standing_counts(by),
        now(),
    )
    shift.save(update_fields=["summary", "left_open", "handed_over_at"])
    append([_entry(shift, "shift_handed_over", by, text=shift.summary)])
    return shift


@transaction.atomic
def take_over(*, shift_id: UUID, by: Officer, note: str = "") -> Shift:
    """Acknowledge a hand-over: the next shift begins. One nobody handed over is taken with a note that says why.

    Gives back the new shift. Raises DomainError as `add_line`, and 409 `shift_own` for one's own.
    """
    shift = _held(shift_id, by)
    if shift.officer_id == by.pk:
        raise DomainError("shift_own", 409, _("This shift is yours already. Somebody else takes over."))
    said = note.strip() if shift.handed_over_at else require_said(note, MAX_LINE)
    if said:
        ShiftNote.objects.create(shift=shift, text=require_said(said, MAX_LINE), by=by)
    shift.taken_by, shift.taken_at = by, now()
    shift.save(update_fields=["taken_by", "taken_at"])
    following = Shift.objects.create(court_id=shift.court_id, officer=by, began_at=shift.taken_at)
    append([_entry(shift, "shift_taken_over", by, text=said), _entry(following, "shift_began", by)])
    return following


def _held(shift_id: UUID, by: Officer) -> Shift:
    """The standing shift of his own desk, its row held."""
    readable_shift(by, shift_id)
    require_keeps_desk(by)
    shift = Shift.objects.select_for_update(no_key=True).get(pk=shift_id)
    if shift.court_id != by.court_id:
        raise DomainError("not_on_duty", 403, _("This is another court's desk."))
    if shift.taken_at is not None:
        raise DomainError("shift_over", 409, _("This shift is over. Write into the one that stands."))
    return shift


def _entry(shift: Shift, kind: str, by: Officer, **facts: Any) -> Draft:
    view = {
        "shift": {
            "id": str(shift.pk),
            "officer": str(shift.officer_id),
            "began_at": to_wire(shift.began_at),
            "handed_over_at": to_wire(shift.handed_over_at) if shift.handed_over_at else None,
            "taken_by": str(shift.taken_by_id) if shift.taken_by_id else None,
        }
    }
    return court_entry(shift.court_id, kind, view, by=by, **facts)
