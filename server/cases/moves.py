"""What an event moved that stood otherwise before: above all one that was told late. Pure."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from server.cases.states import CaseChange, CaseState, HeldEvent, HeldNode, after_event
from server.common.clock import to_wire

_MEMBERS = ("started_on", "due_on", "due_at", "earliest_on", "finished_on")
FROM_DEVICES = ("operation", "claim")
"""Sources of events that were told by a device: they may come long after what they tell of."""


class Move(NamedTuple):
    """One date of a node that stood; `after` is None where there is none any more."""

    node: UUID
    key: str
    chain: str
    member: str
    before: date
    after: date | None

    def as_json(self) -> dict[str, Any]:
        told = {"id": str(self.node), "key": self.key, "chain": self.chain, "member": self.member}
        return {**told, "from": _plain(self.before), "to": _plain(self.after)}


class Late(NamedTuple):
    """An event that a device told late, and what it moved."""

    event: HeldEvent
    moves: tuple[Move, ...]

    def concerns(self, node: HeldNode) -> bool:
        own = (node.start_event_id, node.stop_event_id)
        return self.event.id in own or any(move.node == node.id for move in self.moves)


def moves_of(change: CaseChange) -> tuple[Move, ...]:
    """Dates that were there before, in the order of the nodes; what only began or ended now has moved nothing."""
    after = {node.id: node for node in change.nodes}
    return tuple(move for node in change.before if node.id in after for move in _moves(node, after[node.id]))


def moved_view(change: CaseChange) -> dict[str, Any]:
    """A member of an entry's view, left out where nothing moved."""
    moves = moves_of(change)
    return {"moved": [move.as_json() for move in moves]} if moves else {}


def told_late(state: CaseState, after: timedelta) -> list[Late]:
    """The events told later than `after`, in the order in which they arrived, each with what it moved then.

    By the flow, facts, calendar and rulings of today: what else has moved a date since is not laid to them. `state`
    holds all events and nodes of the case.
    """
    if not any(_is_late(event, after) for event in state.events):
        return []
    return list(_folded(state, after))


def _folded(state: CaseState, after: timedelta) -> Iterator[Late]:
    nodes = {place: node.reset() for place, node in state.nodes.items()}
    so_far = replace(state, events=(), nodes=nodes)
    for event in state.events:
        so_far, change = after_event(so_far, event)
        if _is_late(event, after):
            yield Late(event, moves_of(change))


def _is_late(event: HeldEvent, after: timedelta) -> bool:
    arrived = event.received_at
    return event.source_type in FROM_DEVICES and arrived is not None and arrived - event.occurred_at > after


def _moves(before: HeldNode, after: HeldNode) -> Iterator[Move]:
    for member in _MEMBERS:
        was, became = getattr(before, member), getattr(after, member)
        if was is not None and was != became and not (member == "due_on" and before.due_at):
            yield Move(before.id, before.key, before.chain, member, was, became)


def _plain(point: date | None) -> str | None:
    if isinstance(point, datetime):
        return to_wire(point)
    return point.isoformat() if point else None
