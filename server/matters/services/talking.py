"""Talks between the courts, and notes that stay in one."""

from django.db import transaction
from django.utils.translation import gettext as _

from server.common.errors import DomainError
from server.ledger.services import append
from server.matters.access import actor_of
from server.matters.crossing import tell_across
from server.matters.models import Matter, MatterTalk
from server.matters.services.entries import matter_draft
from server.matters.services.moving import held_matter
from server.matters.states import Side
from server.people.models import Officer


@transaction.atomic
def log_talk(*, matter: Matter, by: Officer, spoke_with: str, text: str, phone: str = "") -> MatterTalk:
    """A talk with the other court: both read it. Raises DomainError 403 `matter_not_in_charge`, 422 `note_required`,
    `note_too_long`, and 409 `matter_not_in_state` before it is sent."""
    if matter.sent_at is None:
        message = _("As this matter stands, that cannot be done. Look again.")
        raise DomainError("matter_not_in_state", 409, message, {"state": matter.state, "move": "talk"})
    return _written(matter, by, text, spoke_with=worded(spoke_with, 100), phone=phone.strip()[:40])


@transaction.atomic
def add_note(*, matter: Matter, by: Officer, text: str) -> MatterTalk:
    """For the own court and its superiors alone. Raises as `log_talk`."""
    return _written(matter, by, text, is_note=True)


def _written(matter: Matter, by: Officer, text: str, *, is_note: bool = False, **said: str) -> MatterTalk:
    matter = held_matter(matter.pk)
    actor = actor_of(by, matter)
    if not actor.parts:
        message = _("Whoever is in charge of it in your court does this.")
        raise DomainError("matter_not_in_charge", 403, message, {"parts": []})
    court_id = matter.from_court_id if Side.ASKING in actor.sides else matter.to_court_id
    row = MatterTalk.objects.create(
        matter=matter, court_id=court_id, by=by, is_note=is_note, text=worded(text, 1000), **said
    )
    kind, only = ("matter_noted", court_id) if is_note else ("matter_talked", None)
    facts = {"text": row.text, **({} if is_note else {"spoke_with": row.spoke_with, "phone": row.phone})}
    if not is_note:
        tell_across(matter, "talk", facts, by=by, at=row.at)
    append([matter_draft(matter, kind, by=by, facts=facts, only=only, court=str(court_id))])
    return row


def worded(text: str, at_most: int) -> str:
    text = text.strip()
    if not text:
        raise DomainError("note_required", 422, _("Say it in a few words."))
    if len(text) > at_most or "\0" in text:
        message = _("At most %d characters fit here: shorten it.") % at_most
        raise DomainError("note_too_long", 422, message, {"max_length": at_most})
    return text
