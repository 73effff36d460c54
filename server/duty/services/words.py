"""Words a person gives: there are some, and not too many."""

from django.utils.translation import gettext as _

from server.common.errors import DomainError


def require_said(text: str, most: int) -> str:
    """Stripped, without what no database takes. Raises DomainError 422 `note_required`, `note_too_long`."""
    said = text.replace("\0", "").strip()
    if not said:
        raise DomainError("note_required", 422, _("Say it in words."))
    if len(said) > most:
        raise DomainError("note_too_long", 422, _("The text is too long."), {"at_most": most})
    return said
