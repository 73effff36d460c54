"""What was decided about the clocks of a case, as its page shows it."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from server.cases.models import Case


@dataclass(frozen=True, slots=True)
class Decision:
    """A pause or an extension."""

    name: str
    begun_on: date
    until: date | None
    document: str
    approved_by: str
    is_late_entry: bool = False


def decisions(case: Case, node_names: dict[str, str]) -> list[Decision]:
    """In the order of their days."""
    pauses = case.pauses.select_related("approved_by")
    extensions = case.extensions.select_related("approved_by")
    found = [
        *(
            Decision(_words(each), each.started_on, each.ended_on, *_founding(each), each.is_late_entry)
            for each in pauses
        ),
        *(
            Decision(
                _("Extension: %(node)s") % {"node": node_names.get(each.key, each.key)},
                each.asked_on,
                each.new_due,
                *_founding(each),
            )
            for each in extensions
        ),
    ]
    return sorted(found, key=lambda each: each.begun_on)


def _words(pause: Any) -> str:
    return _("Pause: %(reason)s") % {"reason": pause.get_reason_display()}


def _founding(row: Any) -> tuple[str, str]:
    return row.document, row.approved_by.name
