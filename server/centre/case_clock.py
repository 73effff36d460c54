"""What was decided about the clocks of a case, as its page shows it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from server.cases.chains import stages_of_chains
from server.cases.models import Case, Property
from server.cases.queries import moving_states


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


@dataclass(frozen=True, slots=True)
class PropertyLine:
    name: str
    kind: str
    ref: str
    stage: str
    """In which its chain stands."""
    held_since: date | None
    """A third party claims it since then."""


def chain_names(case: Case) -> dict[str, str]:
    named = [*case.properties.values_list("pk", "name"), *case.clues.values_list("pk", "text")]
    return {str(pk): name for pk, name in named}


def property_lines(case: Case, stage_names: Mapping[str, str]) -> list[PropertyLine]:
    rows = list(case.properties.prefetch_related("holds").order_by("pk"))
    if not rows:
        return []
    state = moving_states([case], told=None)[case.pk]
    stages = stages_of_chains(state.flow, state.nodes.values())
    return [_line(row, stage_names.get(stages.get(str(row.pk), ""), "")) for row in rows]


def _line(row: Property, stage: str) -> PropertyLine:
    held_since = next((hold.started_on for hold in row.holds.all() if hold.ended_on is None), None)
    return PropertyLine(row.name, row.get_kind_display(), row.ref, stage, held_since)


def _words(pause: Any) -> str:
    return _("Pause: %(reason)s") % {"reason": pause.get_reason_display()}


def _founding(row: Any) -> tuple[str, str]:
    return row.document, row.approved_by.name
