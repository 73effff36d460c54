"""Notes of what to look out for."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from server.cases.models import Case
from server.cases.services.events import locked_case, touch
from server.common.clock import now
from server.common.errors import DomainError
from server.common.ids import new_id
from server.ledger.services import Draft, append
from server.people.models import Officer
from server.teamwork.models import Handover, Note
from server.teamwork.services.entries import own_draft

MAX_NOTE_CHARACTERS = 1000


@transaction.atomic
def add_note(*, case: Case, text: str, by: Officer, occurred_at: datetime | None = None) -> Note:
    """A note on a case, from the desk. Raises DomainError 422 `note_required`, `note_too_long`."""
    note, drafts = write_note(case=locked_case(case.pk), text=text, by=by, occurred_at=occurred_at)
    append(drafts)
    return note


def write_note(
    *, case: Case, text: str, by: Officer, occurred_at: datetime | None = None, source: tuple[str, str] | None = None
) -> tuple[Note, list[Draft]]:
    """The same inside a transaction that holds the case; the entries are the caller's to append.

    What this source said before is given back as it stands, with no entry.
    """
    require_words(text)
    source_type, source_id = source or ("desk", str(new_id()))
    received_at = now()
    note, is_new = Note.objects.get_or_create(
        case=case,
        source_type=source_type,
        source_id=source_id,
        defaults={
            "text": text.strip(),
            "by": by,
            "noted_at": min(occurred_at or received_at, received_at),
            "received_at": received_at,
        },
    )
    if not is_new:
        return note, []
    touch([case.pk])
    case.refresh_from_db()
    return note, [own_draft(case, "note_added", {"note": str(note.pk)}, by=by, text=note.text)]


def write_notes_with(handover: Handover, texts: Sequence[str], by: Officer) -> None:
    notes = [
        Note(
            case_id=handover.case_id,
            handover=handover,
            text=text.strip(),
            by=by,
            noted_at=handover.proposed_at,
            received_at=handover.proposed_at,
            source_type="handover",
            source_id=f"{handover.pk.hex}:{number}",
        )
        for number, text in enumerate(texts)
    ]
    Note.objects.bulk_create(notes)


def require_words(text: str) -> None:
    if not text.strip():
        raise DomainError("note_required", 422, _("Give a reason: the officer is told, and it stays on record."))
    if len(text) > MAX_NOTE_CHARACTERS:
        message = _("The reason is too long.")
        raise DomainError("note_too_long", 422, message, {"max_characters": MAX_NOTE_CHARACTERS})
