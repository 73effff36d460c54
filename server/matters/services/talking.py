"""Talks between the courts, and notes that stay in one."""

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from server.common.errors import DomainError
from server.common.ids import new_id
from server.ledger.services import append
from server.matters.access import actor_of
from server.matters.crossing import tell_across
from server.matters.models import Matter, MatterTalk
from server.matters.services.entries import matter_draft
from server.matters.services.moving import held_matter
from server.matters.states import Side
from server.people.models import Officer


@transaction.atomic
def log_talk(
    *, matter: Matter, by: Officer, spoke_with: str, text: str, phone: str = "", talk_id: UUID | None = None
) -> MatterTalk:
    """A talk with the other court: both read it. Said twice with the same `talk_id` it is one. Raises DomainError 403
    `matter_not_in_charge`, 422 `note_required`, `note_too_long`, `matter_request_invalid` for an id of something else,
    and 409 `matter_not_in_state` before it is sent."""
    if matter.sent_at is None:
        message = _("As this matter stands, that cannot be done. Look again.")
        raise DomainError("matter_not_in_state", 409, message, {"state": matter.state, "move": "talk"})
    return _written(matter, by, text, talk_id, spoke_with=worded(spoke_with, 100), phone=phone.strip()[:40])


@transaction.atomic
def add_note(*, matter: Matter, by: Officer, text: str, note_id: UUID | None = None) -> MatterTalk:
    """For the own court and its superiors alone. Said twice with the same `note_id` it is one. Raises as `log_talk`."""
    return _written(matter, by, text, note_id, is_note=True)


def _written(
    matter: Matter, by: Officer, text: str, row_id: UUID | None, *, is_note: bool = False, **said: str
) -> MatterTalk:
    matter = held_matter(matter.pk)
    actor = actor_of(by, matter)
    if not actor.parts:
        message = _("Whoever is in charge of it in your court does this.")
        raise DomainError("matter_not_in_charge", 403, message, {"parts": []})
    court_id = matter.from_court_id if Side.ASKING in actor.sides else matter.to_court_id
    if standing := _standing(matter, row_id, court_id, is_note):
        return standing
    row = MatterTalk.objects.create(
        id=row_id or new_id(), matter=matter, court_id=court_id, by=by, is_note=is_note, text=worded(text, 1000), **said
    )
    kind, only = ("matter_noted", court_id) if is_note else ("matter_talked", None)
    facts = {"text": row.text, **({} if is_note else {"spoke_with": row.spoke_with, "phone": row.phone})}
    if not is_note:
        tell_across(matter, "talk", facts, by=by, at=row.at)
    append([matter_draft(matter, kind, by=by, facts=facts, only=only, court=str(court_id))])
    return row


def _standing(matter: Matter, row_id: UUID | None, court_id: UUID, is_note: bool) -> MatterTalk | None:
    """What this court said under the same id before."""
    row = MatterTalk.objects.filter(pk=row_id).first() if row_id else None
    if row and (row.matter_id, row.court_id, row.is_note) != (matter.pk, court_id, is_note):
        message = _("This id is that of something else. Make a new one.")
        raise DomainError("matter_request_invalid", 422, message, {"fields": ["id"]})
    return row


def worded(text: str, at_most: int) -> str:
    text = text.strip()
    if not text:
        raise DomainError("note_required", 422, _("Say it in a few words."))
    if len(text) > at_most or "\0" in text:
        message = _("At most %d characters fit here: shorten it.") % at_most
        raise DomainError("note_too_long", 422, message, {"max_length": at_most})
    return text
