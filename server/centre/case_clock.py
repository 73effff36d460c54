"""What was decided about the clocks of a case, as its page shows it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from server.cases.chains import stages_of_chains
from server.cases.measures import chain_of_act
from server.cases.models import Case, Property
from server.cases.property_models import VALUATION_METHOD
from server.cases.states import CaseState
from server.centre.language import content_language
from server.common.clock import local_date
from server.field.case_acts import SUBMIT_CLUE
from server.field.kinds import kinds_document
from server.field.models import ActionRecord, ActionSubject
from server.field.rules import protective_kinds


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
    valuation: str
    """In which way its price is found, in words; empty until somebody chose."""
    held_since: date | None
    """A third party claims it since then."""


@dataclass(frozen=True, slots=True)
class ClueLine:
    text: str
    submitted_on: date | None
    stage: str
    """In which its chain stands."""
    is_verified: bool


def chain_names(case: Case) -> dict[str, str]:
    """Of properties, debtors and clues; those that phones were given go by the words of their act."""
    named = [row for rows in (case.properties, case.parties) for row in rows.values_list("pk", "name")]
    named += case.clues.values_list("pk", "text")
    acts = ActionSubject.objects.filter(subject_id=case.pk, action__kind=SUBMIT_CLUE)
    records = ActionRecord.objects.filter(action_id__in=acts.values("action_id")).order_by("recorded_at", "pk")
    said = [(pk, str(fields.get("text", ""))) for pk, fields in records.values_list("action_id", "fields")]
    return {str(pk): name for pk, name in [*named, *said]} | _measure_names(case)


def _measure_names(case: Case) -> dict[str, str]:
    """Of seals and freezes: which act, about what, of which day."""
    acts = ActionSubject.objects.filter(subject_id=case.pk, action__kind__in=protective_kinds())
    records = ActionRecord.objects.filter(action_id__in=acts.values("action_id")).order_by("recorded_at", "pk")
    rows = records.values_list("action_id", "action__kind", "recorded_at", "fields")
    names = {kind["key"]: kind[content_language()] for kind in kinds_document()["kinds"]}
    return {
        chain_of_act(pk): " ".join(filter(None, (names[kind], _about(fields), str(local_date(at)))))
        for pk, kind, at, fields in reversed(rows)
    }


def _about(fields: Mapping[str, Any]) -> str:
    """An account, or the first thing on the list."""
    items = fields.get("items")
    first = items[0] if isinstance(items, list) and items and isinstance(items[0], dict) else {}
    return next((each for each in (fields.get("account_masked"), first.get("name")) if isinstance(each, str)), "")


def property_lines(case: Case, state: CaseState, stage_names: Mapping[str, str]) -> list[PropertyLine]:
    stages = stages_of_chains(state.flow, state.nodes.values())
    rows = case.properties.prefetch_related("holds").order_by("pk")
    return [_line(row, case, stage_names.get(stages.get(str(row.pk), ""), "")) for row in rows]


def _line(row: Property, case: Case, stage: str) -> PropertyLine:
    held_since = next((hold.started_on for hold in row.holds.all() if hold.ended_on is None), None)
    method = case.chain_facts.get(str(row.pk), {}).get(VALUATION_METHOD)
    valuation = str(Property.Valuation(method).label) if method else ""
    return PropertyLine(row.name, row.get_kind_display(), row.ref, stage, valuation, held_since)


def clue_lines(state: CaseState, names: Mapping[str, str], stage_names: Mapping[str, str]) -> list[ClueLine]:
    """Of the desk and of phones, in the order in which they were given."""
    stages = stages_of_chains(state.flow, state.nodes.values())
    known = state.flow.tracked
    chained = [node for node in state.nodes.values() if node.key in known and known[node.key].repeat == "clue"]
    started = [node for node in chained if node.chain and node.started_on]
    return [
        ClueLine(
            names.get(node.chain, node.chain),
            node.started_on,
            stage_names.get(stages.get(node.chain, ""), ""),
            node.finished_on is not None,
        )
        for node in sorted(started, key=lambda node: (str(node.started_on), node.id))
    ]


def _words(pause: Any) -> str:
    return _("Pause: %(reason)s") % {"reason": pause.get_reason_display()}


def _founding(row: Any) -> tuple[str, str]:
    return row.document, row.approved_by.name
