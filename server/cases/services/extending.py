"""Extensions: a limit ends later, by leave of somebody who may give it."""

from dataclasses import replace
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from server.cases.explanation import Step, step
from server.cases.extensions import Extension as Asked
from server.cases.extensions import faults_by_limit, faults_of
from server.cases.flow import CASE_CLOCK
from server.cases.models import Case, Extension, Node
from server.cases.node_clock import chosen_limit, node_dates
from server.cases.queries import case_states
from server.cases.services.due_dates import recompute_and_tell
from server.cases.services.events import locked_open_case
from server.cases.services.pausing import require_founded
from server.cases.states import CaseState, situation_in
from server.cases.wording import worded
from server.common.errors import DomainError
from server.people.models import Officer


@transaction.atomic
def extend_limit(
    *,
    case: Case,
    key: str,
    asked_on: date,
    level: str,
    document: str,
    approved_by: Officer | None,
    new_due: date | None = None,
    chain: str = "",
    by: Officer | None = None,
) -> Extension:
    """A running clock of the case ends on `new_due`; a node whose limit says by how much it may be prolonged, by that.

    Raises DomainError 403 `second_person_needed`, 409 `case_closed`, 422 `pause_unfounded`, `extension_invalid` with
    each fault and its words.
    """
    case = locked_open_case(case.pk)
    approver = require_founded(document, approved_by, by)
    state = case_states([case.pk], None)[case.pk]
    asked = Asked(asked_on, approver.name, new_due or asked_on, level)
    extension = Extension.objects.create(
        case=case,
        key=key,
        chain=chain,
        asked_on=asked_on,
        new_due=_granted_to(state, key, chain, asked),
        level=level,
        document=document,
        approved_by=approver,
        entered_by=by,
    )
    recompute_and_tell(case, "limit_extended", {"extension": extension_view(extension)}, by=by, document=document)
    return extension


def _granted_to(state: CaseState, key: str, chain: str, asked: Asked) -> date:
    node = state.nodes.get((key, chain))
    if node is None or node.state != Node.State.RUNNING:
        raise _invalid([step("nothing_runs", key=key)])
    definition, situation = state.flow.tracked[key], situation_in(state, node)
    own = chosen_limit(definition, situation).extension
    if own is None:
        faults = faults_of(asked, situation.extensions, node.due_on)
        granted: date | None = asked.new_due
    else:
        faults = faults_by_limit(len(situation.extensions), own.times, node.due_on)
        longer = replace(situation, times_extended=situation.times_extended + 1)
        granted = node_dates(definition, longer, state.calendar).due_on
    if node.stage != CASE_CLOCK and own is None:
        faults = [step("not_extendable", key=key)]
    if faults or granted is None:
        raise _invalid(faults)
    return granted


def _invalid(faults: list[Step]) -> DomainError:
    told = [{**each.as_json(), "text": worded(each)} for each in faults]
    message = _("This extension cannot be granted. %(faults)s") % {"faults": " ".join(each["text"] for each in told)}
    return DomainError("extension_invalid", 422, message, {"faults": told})


def extension_view(extension: Extension) -> dict[str, Any]:
    return {
        "id": str(extension.pk),
        "key": extension.key,
        "chain": extension.chain,
        "asked_on": extension.asked_on.isoformat(),
        "new_due": extension.new_due.isoformat(),
        "level": str(extension.level),
        "approved_by": str(extension.approved_by_id),
    }
