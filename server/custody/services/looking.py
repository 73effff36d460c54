"""Inspection's word on an odd reading."""

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from server.common.clock import now
from server.common.errors import DomainError
from server.custody.access import require_odd_reading
from server.custody.models import OddReading
from server.ledger.services import Draft, append
from server.people.models import Officer
from server.people.streams import inspection_stream


@transaction.atomic
def look_at(*, odd_id: UUID, word: str, by: Officer) -> OddReading:
    """Close it with a word; its entry says that it was looked at, and by whom, not whom it is about.

    Raises DomainError 403 `role_required`, 404 `odd_reading_not_found`, 409 `odd_reading_looked_at`, 422
    `note_required`.
    """
    row = OddReading.objects.select_for_update().get(pk=require_odd_reading(by, odd_id).pk)
    if row.looked_at:
        raise DomainError("odd_reading_looked_at", 409, _("Somebody has looked at it already; his word stands."))
    if not word.strip():
        raise DomainError("note_required", 422, _("Say what you found: it stays on record."))
    row.word, row.looked_at, row.looked_by, row.open_key = word.strip(), now(), by, None
    row.save(update_fields=["word", "looked_at", "looked_by", "open_key"])
    view = {"odd_reading": str(row.pk), "rule": row.rule, "officer": str(by.pk)}
    append([Draft((inspection_stream(row.court_id),), "odd_reading_looked_at", view, {"word": row.word})])
    return row
