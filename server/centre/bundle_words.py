"""Whether the reader may take the case out as a bundle, and why it was not made the last time."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from server.bundle.access import can_export
from server.cases.models import Case
from server.people.models import Officer


@dataclass(frozen=True, slots=True)
class ExportWords:
    refused: str
    """Why there is no bundle, in words."""


def export_words(reader: Officer, case: Case, code: str) -> ExportWords | None:
    """None where this reader takes nothing out."""
    return ExportWords(_refusal(code)) if can_export(reader, case) else None


def _refusal(code: str) -> str:
    if not code:
        return ""
    known = {
        "bundle_reason_missing": _("Say what the bundle is for: it is entered with the case."),
        "bundle_not_whole": _("Something of this case is absent or damaged on the server. Tell who looks after it."),
        "bundle_too_large": _("This case is too large for a page. Have the bundle made by who looks after the server."),
    }
    return known.get(code, _("Storage does not answer or is full. Nothing was lost; try again later."))
