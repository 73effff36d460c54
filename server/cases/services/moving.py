"""Moving a case to a newer version of its flow: an act of its own, logged, told to everyone who follows the case."""

from django.db import transaction
from django.utils.translation import gettext as _

from server.cases.flow_moves import FlowMove, moved_to
from server.cases.models import Case, FlowVersion, Node
from server.cases.queries import case_states, flow_of
from server.cases.services.entries import append_case_entry
from server.cases.services.events import locked_open_case, write_case_events
from server.cases.services.levels import look_again
from server.cases.services.triaging import require_reason
from server.cases.states import CaseChange
from server.common.bulk import update_rows
from server.common.clock import now
from server.common.errors import DomainError
from server.people.models import Officer


@transaction.atomic
def move_flow(*, case: Case, version: str, reason: str, by: Officer | None, dry_run: bool = False) -> FlowMove:
    """The case is under this version of its flow from now on, its nodes made anew from the same facts.

    What changes is given back, and for a dry run nothing more. Raises DomainError 409 `case_closed`,
    `flow_not_newer`; 422 `flow_version_unknown`, `note_required`, `note_too_long`.
    """
    require_reason(reason)
    held = locked_open_case(case.pk)
    wanted = _newer_than(held.flow, version)
    state, flow = case_states([held.pk], None)[held.pk], flow_of(wanted)
    move = moved_to(state, flow, now())
    if dry_run:
        return move
    Case.objects.filter(pk=held.pk).update(flow=wanted)
    update_rows(Node, "id", ("stage", "ordinal"), [(node.id, node.stage, node.ordinal) for node in move.placed])
    write_case_events([CaseChange(held.pk, (move.event,), tuple(shift.after for shift in move.shifts))])
    look_again(held.pk)
    case.refresh_from_db()
    view = {"flow": flow.id, "flow_before": state.flow.id}
    append_case_entry(case, "flow_moved", view, nodes=move.told, by=by, reason=reason)
    return move


def _newer_than(current: FlowVersion, version: str) -> FlowVersion:
    versions = FlowVersion.objects.filter(key=current.key).defer("document").order_by("pk")
    known = {each.version: each for each in versions}
    if version not in known:
        message = _("There is no such version of the flow of this case.")
        raise DomainError("flow_version_unknown", 422, message, {"versions": list(known)})
    if known[version].pk <= current.pk:
        message = _("A case is moved to a newer version of its flow only; this one stands under %(version)s.")
        details = {"version": current.version, "newer": [each for each in known if known[each].pk > current.pk]}
        raise DomainError("flow_not_newer", 409, message % {"version": current.version}, details)
    return known[version]
