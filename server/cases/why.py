"""Why a node is due when it is: its dates counted again from the events of its case, step by step. Pure."""

from collections.abc import Iterator, Sequence

from server.cases.explanation import Step, step
from server.cases.measures import awaiting, chain_of_act, in_force
from server.cases.moves import Late
from server.cases.node_clock import node_due, row_dates
from server.cases.states import CaseState, HeldNode, situation_in
from server.common.clock import local_date


def why(state: CaseState, node: HeldNode, late: Sequence[Late] = ()) -> tuple[Step, ...]:
    """From the event it began with to the flow it stands in. `state` holds all events of the case.

    `late`: what devices told late (`told_late`), of which is said what concerns this node. Where the calendar was
    edited since and the row still stands, as in a closed case, the last step says so. What the flow knows no more,
    since the case was moved to it, has that one step.
    """
    if node.key not in state.flow.tracked:
        return (step("not_in_flow", flow=state.flow.id),)
    situation = situation_in(state, node)
    found = node_due(state.flow.tracked[node.key], situation, state.calendar)
    steps = found.due.steps
    if found.earliest_on:
        steps = (*steps, step("earliest", day=found.earliest_on))
    if held := held_step(state, node):
        steps = (*steps, held)
    steps = (*steps, *waiting_steps(state, node))
    steps = (*steps, *(each for told in late if told.concerns(node) for each in _late_steps(told, node)))
    if node.started_on and node.due_on and not row_dates(found, situation, state.calendar).same_as(node.dates):
        steps = (*steps, step("stands", day=node.due_on, version=node.computed_with))
    return steps


def _late_steps(told: Late, node: HeldNode) -> Iterator[Step]:
    event = told.event
    yield step("told_late", event=event.key, occurred_at=event.occurred_at, received_at=event.received_at)
    for move in told.moves:
        if move.node == node.id:
            yield step("moved", member=move.member, was=move.before, became=move.after)


def waiting_steps(state: CaseState, node: HeldNode) -> Iterator[Step]:
    """Of a seal or freeze not renewed: the renewals that may be of it, while nobody has said what they are of."""
    definition = state.flow.tracked[node.key]
    if node.state != "RUNNING" or definition not in state.flow.measured:
        return
    for renewal in awaiting(definition, state.events):
        on, is_own = local_date(renewal.at), node.chain == chain_of_act(renewal.act)
        if not renewal.named and not is_own and node.chain in in_force(definition, state.events, on):
            yield step("renewal_waits", day=on, act=renewal.act)


def held_step(state: CaseState, node: HeldNode) -> Step | None:
    """Why a node that disposes of a property may not be taken, where a third party claims it; None where it may."""
    definition = state.flow.tracked.get(node.key)
    hold = state.rulings.open_hold(definition, node.chain) if definition else None
    if hold is None or node.state == "DONE":
        return None
    return step("held", since=hold.pause.began, document=hold.pause.document_id)
