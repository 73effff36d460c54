"""A person says which seal or freeze a renewal is of, where the act did not, or named the wrong one."""

from django.db import transaction
from django.utils.translation import gettext as _

from server.cases.flow import NodeDefinition
from server.cases.measures import ASSIGNED, Renewal, chain_of_act, renewals, taken_since
from server.cases.models import Case
from server.cases.moves import moved_view
from server.cases.queries import case_states
from server.cases.services.entries import append_case_entry
from server.cases.services.events import locked_open_case, void_events, write_case_events
from server.cases.services.triaging import require_reason
from server.cases.states import CaseState, HeldEvent, after_event, merged, without_events
from server.common.errors import DomainError
from server.common.ids import new_id
from server.people.models import Officer


@transaction.atomic
def assign_renewal(*, case: Case, act: str, chain: str, reason: str, by: Officer | None) -> Renewal:
    """The renewal ends the clock of this measure, as of the day on which it was done, and no other's any more.

    `act` is the act that renewed, or the event by which a desk said so. What was said last counts; said again, nothing
    changes. Raises DomainError 409 `case_closed`; 404 `renewal_not_found`, `measure_not_found`; 422 `note_required`,
    `note_too_long`.
    """
    require_reason(reason)
    locked_open_case(case.pk)
    state = case_states([case.pk], None)[case.pk]
    node, renewal = _found(state, act)
    if chain not in taken_since(node, state.events) or chain == chain_of_act(act):
        raise DomainError("measure_not_found", 404, _("This case has no such seal or freeze to renew."))
    earlier = {each.id: each.chain for each in state.events if (each.source_type, each.source_id) == (ASSIGNED, act)}
    if chain in earlier.values():
        return renewal
    void_events(list(earlier))
    state, struck = without_events(state, earlier.keys())
    state, told = after_event(state, HeldEvent(new_id(), _key(state, renewal), renewal.at, ASSIGNED, act, chain))
    (change,) = merged([struck, told])
    write_case_events([change])
    case.refresh_from_db()
    view = {"renewal": {"act": act, "chain": chain}, **moved_view(change)}
    append_case_entry(case, "renewal_assigned", view, nodes=change.nodes, by=by, reason=reason)
    return _found(state, act)[1]


def _found(state: CaseState, act: str) -> tuple[NodeDefinition, Renewal]:
    for node in state.flow.measured:
        for renewal in renewals(node, state.events):
            if renewal.act == act:
                return node, renewal
    raise DomainError("renewal_not_found", 404, _("This case has no such renewal."))


def _key(state: CaseState, renewal: Renewal) -> str:
    return next(each.key for each in state.events if each.id == renewal.event)
