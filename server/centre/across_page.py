"""What is on its way between two servers about one errand, as its page says it."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from server.exchange.schemas import AcrossView, AskedView, FileView
from server.exchange.showing import across_of
from server.matters.crossing import is_across
from server.matters.models import Matter
from server.matters.wording import step_name
from server.people.models import Officer


@dataclass(frozen=True, slots=True)
class Across:
    told: AcrossView
    asked: list[str]
    counted: str
    """How many of the files have arrived."""
    evidence: list[FileView]
    """Photographs, films and sound of acts there, those that may be opened and those still on their way."""


def across(matter: Matter, reader: Officer) -> Across | None:
    """None where both courts are courts of this server."""
    if not is_across(matter):
        return None
    told = across_of(matter, reader)
    asked = [_asked(row, told.court) for row in told.asked]
    counted = _("%(arrived)d of %(promised)d files have arrived.") % _counts(told)
    return Across(told, asked, counted if told.promised else "", [row for row in told.files if row.part == "ACT"])


def _counts(told: AcrossView) -> dict[str, Any]:
    return {"arrived": told.arrived, "promised": told.promised}


def _asked(row: AskedView, court: str) -> str:
    """A question that waits, one that was granted, or what the other court would not take."""
    named = {"step": step_name(row.move), "court": court, "why": row.message}
    if row.answered_at is None:
        return _("%(step)s: asked, waiting for %(court)s.") % named
    if row.code:
        return _("%(step)s: %(court)s did not take it. %(why)s") % named
    return _("%(step)s: %(court)s agreed.") % named
