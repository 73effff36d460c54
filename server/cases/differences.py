"""Where the rows of a case say otherwise than its events make them. Pure."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import NamedTuple
from uuid import UUID

from server.cases.states import CaseState, HeldNode, nodes_anew
from server.cases.work_calendar import WorkCalendar

_MEMBERS = ("state", "started_on", "due_on", "due_at", "earliest_on", "finished_on", "is_provisional", "is_paused")
_EVENTS = ("start_event", "stop_event")
_DATED = frozenset({"due_on", "due_at", "earliest_on", "is_provisional", "is_paused"})
Earlier = Callable[[str], Iterable[WorkCalendar]]
"""Calendars from the one a node's row names up to the present one."""


class Difference(NamedTuple):
    """`member` is of the node; or `flow` of the case, or `event` and `act` where a fact and its event's row differ."""

    case_no: str
    node: str
    chain: str
    member: str
    row: str | None
    replayed: str | None


def node_differences(state: CaseState, earlier: Earlier) -> list[Difference]:
    """`state` holds all events and nodes of the case.

    What no longer runs keeps the date of the calendar it was counted with: it differs where no calendar since gives it.
    """
    fresh = nodes_anew(state)
    found = [each for node in state.nodes.values() for each in _of_node(state, node, fresh[node.key, node.chain])]
    stale = {(each.node, each.chain) for each in found if each.member in _DATED}
    excused = {place for place in stale if _stood_once(state, state.nodes[place], earlier)}
    kept = [each for each in found if (each.node, each.chain) not in excused or each.member not in _DATED]
    return [*kept, *_without_a_row(state, fresh)]


def _of_node(state: CaseState, node: HeldNode, fresh: HeldNode) -> Iterator[Difference]:
    here, there = _said(state, node), _said(state, fresh)
    for member, row in here.items():
        if row != there[member]:
            yield Difference(state.case_no, node.key, node.chain, member, row, there[member])


def _without_a_row(state: CaseState, fresh: dict[tuple[str, str], HeldNode]) -> Iterator[Difference]:
    """A repeated node has a row for each chain that moved it; every other one from the day of filing."""
    for (key, chain), node in fresh.items():
        if (key, chain) not in state.nodes and (node.state != "NOT_STARTED" or not chain):
            yield Difference(state.case_no, key, chain, "row", None, node.state)


def _stood_once(state: CaseState, node: HeldNode, earlier: Earlier) -> bool:
    if node.state == "RUNNING" and state.runs_on(node):
        return False  # an edit of the calendar moves it
    calendars = earlier(node.computed_with.partition(" ")[2])
    anew = (nodes_anew(replace(state, calendar=calendar))[node.key, node.chain] for calendar in calendars)
    return any(fresh.dates.same_as(node.dates) for fresh in anew)


def _said(state: CaseState, node: HeldNode) -> dict[str, str | None]:
    keys: dict[UUID | None, str] = {event.id: event.key for event in state.events}
    told = {member: _text(getattr(node, member)) for member in _MEMBERS}
    return told | {member: keys.get(getattr(node, f"{member}_id")) for member in _EVENTS}


def _text(value: object) -> str | None:
    return None if value is None else str(value)
