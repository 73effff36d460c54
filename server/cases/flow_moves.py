"""A case under another version of its flow: its nodes anew from the same events, facts and rulings. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple

from server.cases.flow import FlowDefinition
from server.cases.nodes import State
from server.cases.states import CaseState, HeldEvent, HeldNode, nodes_anew
from server.common.clock import local_date
from server.common.ids import new_id

FLOW_MOVED = "flow_moved"
"""The event that ends what still ran and is in the new flow no more."""


class Shift(NamedTuple):
    """A node that stands otherwise; `before` None where it is written for the first time."""

    before: HeldNode | None
    after: HeldNode

    @property
    def is_told(self) -> bool:
        """What had not started, and has not now, nobody ever sees."""
        states = {self.before.state if self.before else State.NOT_STARTED, self.after.state}
        return states != {State.NOT_STARTED}


@dataclass(frozen=True, slots=True)
class FlowMove:
    event: HeldEvent
    shifts: tuple[Shift, ...]
    """In the order of the new flow."""
    placed: tuple[HeldNode, ...]
    """Standing rows that have another stage, or another place in the flow."""

    @property
    def told(self) -> tuple[HeldNode, ...]:
        return tuple(shift.after for shift in self.shifts if shift.is_told)


def moved_to(state: CaseState, flow: FlowDefinition, at: datetime) -> FlowMove:
    """What the move changes. `state` holds all events and nodes of the case.

    A node that the new flow knows no more keeps what its row says; where it still ran, it ends with the move. All
    others are made anew as if the case had been filed under the new flow, and say that they were counted by it.
    """
    event_id = new_id()
    event = HeldEvent(event_id, FLOW_MOVED, at, "desk", str(event_id))
    rows = {place: _under(flow, node, event) for place, node in state.nodes.items()}
    anew = nodes_anew(replace(state, flow=flow, nodes=rows))
    shifts = sorted(_shifts(state, anew), key=lambda shift: (shift.after.ordinal, shift.after.chain))
    placed = [rows[place] for place, node in state.nodes.items() if _place(node) != _place(rows[place])]
    return FlowMove(event, tuple(shifts), tuple(placed))


def _under(flow: FlowDefinition, node: HeldNode, event: HeldEvent) -> HeldNode:
    definition = flow.tracked.get(node.key)
    if definition is not None:
        return node._replace(stage=definition.stage, ordinal=definition.ordinal)
    if node.state != State.RUNNING or node.started_on is None:
        return node
    ended_on = max(node.started_on, local_date(event.occurred_at))
    return node._replace(state=State.DONE.value, finished_on=ended_on, stop_event_id=event.id, is_paused=False)


def _shifts(state: CaseState, anew: dict[tuple[str, str], HeldNode]) -> Iterator[Shift]:
    for place, node in anew.items():
        before = state.nodes.get(place)
        if before is None and (node.state != State.NOT_STARTED or not node.chain):
            yield Shift(None, node)
        elif before is not None and _stands_otherwise(node, before):
            yield Shift(before, node._replace(version=before.version + 1))


def _stands_otherwise(node: HeldNode, before: HeldNode) -> bool:
    if node.state == before.state == State.NOT_STARTED:
        return False
    return node._replace(ordinal=before.ordinal) != before


def _place(node: HeldNode) -> tuple[str, int]:
    return (node.stage, node.ordinal)
