"""Which nodes an event starts and stops. Pure: events in, changes out; the services write them.

A node's state is a fold over the events of its case, whatever the order in which they arrive: it starts with the
earliest event that starts it and is done with the first event at or after that start that stops it; what counts back
from its start, with the first that stops it at all. Dates are those of the act, never of its upload.
"""

from bisect import insort
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import Any

from server.cases.counting import as_day, as_moment
from server.cases.flow import FlowDefinition, NodeDefinition
from server.cases.node_clock import NO_DATES, NodeDates, Situation, node_dates, variant_of
from server.cases.pauses import Point
from server.cases.rounds import NO_ROUNDS, Rounds, rounds_of
from server.cases.rulings import NO_RULINGS, Rulings
from server.cases.work_calendar import WorkCalendar


class State(StrEnum):
    NOT_STARTED = "NOT_STARTED"
    RUNNING = "RUNNING"
    DONE = "DONE"


@dataclass(frozen=True)
class NodeState:
    key: str
    started_on: date | None = None
    finished_on: date | None = None
    start_event: str = ""
    stop_event: str = ""
    stops_seen: tuple[tuple[date, str], ...] = ()
    """Every stopping event so far: one that came before its start counts once an earlier start arrives."""
    counted_from: Mapping[str, Point] = field(default_factory=dict)
    """When each event that starts it, or that a limit of it counts from, first occurred."""
    dates: NodeDates = NO_DATES
    rounds: Rounds = NO_ROUNDS
    """Of a node that recurs."""

    @property
    def due_on(self) -> date | None:
        return self.dates.due_on

    @property
    def state(self) -> State:
        if self.finished_on:
            return State.DONE
        return State.RUNNING if self.started_on else State.NOT_STARTED


@dataclass(frozen=True)
class NodeChange:
    key: str
    before: NodeState
    after: NodeState

    @property
    def has_started(self) -> bool:
        return self.before.started_on is None and self.after.started_on is not None

    @property
    def has_finished(self) -> bool:
        return self.before.finished_on is None and self.after.finished_on is not None

    @property
    def is_visible(self) -> bool:
        """False where only what was seen grew: nothing to write for a caller that folds from the events."""
        if not self.before.dates.same_as(self.after.dates):
            return True
        return _bare(self.before) != _bare(self.after)


def _bare(node: NodeState) -> NodeState:
    return replace(node, stops_seen=(), counted_from={}, dates=NO_DATES)


@dataclass(frozen=True, slots=True)
class Ground:
    """What the dates of nodes hang on beside events and facts."""

    is_urgent: bool = False
    rulings: Rulings = NO_RULINGS
    chain: str = ""
    """That of the repeated nodes."""
    facts: Mapping[str, Any] = field(default_factory=dict)
    """Of that chain, beside those of the case."""

    def known(self, facts: Mapping[str, Any], node: NodeDefinition) -> Mapping[str, Any]:
        """What may be asked for this node; a variant goes by the chain's own before the case's."""
        return {**self.facts, **facts, **self.facts} if node.repeat and self.facts else facts


PLAIN = Ground()


def initial_nodes(flow: FlowDefinition, facts: Mapping[str, Any]) -> dict[str, NodeState]:
    """The case clocks and nodes that apply to a case with these facts, none started."""
    return {node.key: NodeState(node.key) for node in flow.tracked.values() if node.applies(facts)}


def apply_event(
    flow: FlowDefinition,
    nodes: Mapping[str, NodeState],
    event: str,
    occurred: Point,
    facts: Mapping[str, Any],
    calendar: WorkCalendar,
    ground: Ground = PLAIN,
) -> list[NodeChange]:
    """What one event changes, in the order of the flow. The same event again changes nothing.

    A node missing from `nodes` counts as not started. Nodes whose condition does not hold are left alone: when a fact
    changes, fold the case's events again.
    """
    changes = []
    for node in flow.touched_by(event):
        known = ground.known(facts, node)
        if not node.applies(known):
            continue
        before = nodes.get(node.key, NodeState(node.key))
        after = _after(node, before, event, occurred)
        if _told(after) != _told(before):
            after = _dated(after, node, situation_of(node, after, known, ground, flow.id), calendar)
        if after != before:
            changes.append(NodeChange(node.key, before, after))
    return changes


def fold_events(
    flow: FlowDefinition,
    events: Iterable[tuple[str, Point]],
    facts: Mapping[str, Any],
    calendar: WorkCalendar,
    ground: Ground = PLAIN,
) -> dict[str, NodeState]:
    """The nodes after all events of a case, in whatever order they are given."""
    nodes = initial_nodes(flow, facts)
    for event, occurred in events:
        for change in apply_event(flow, nodes, event, occurred, facts, calendar, ground):
            nodes[change.key] = change.after
    return nodes


def situation_of(
    node: NodeDefinition, state: NodeState, facts: Mapping[str, Any], ground: Ground, flow_id: str
) -> Situation:
    """What its dates hang on. A row whose start was told by no event counts from the beginning of its day."""
    chain = ground.chain if node.repeat else ""
    granted = ground.rulings.extensions_of(node, chain)
    starts = [point for event, point in state.counted_from.items() if event in node.start]
    return Situation(
        started=min(starts, default=state.started_on and as_moment(state.started_on)),
        start_event=state.start_event,
        events=state.counted_from,
        variant=variant_of(node, facts),
        is_urgent=ground.is_urgent,
        pauses=ground.rulings.pauses_of(node, chain),
        policy=ground.rulings.policy,
        is_held=state.finished_on is None and ground.rulings.open_hold(node, chain) is not None,
        stopped=state.finished_on,
        times_extended=len(granted),
        extensions=granted,
        recurrences_done=state.rounds.done - state.rounds.are_over,
        round_ended_on=state.rounds.ended_on,
        flow_id=flow_id,
    )


def _told(node: NodeState) -> tuple[object, ...]:
    """What its dates may hang on."""
    return (node.counted_from, node.finished_on, node.rounds)


def _dated(state: NodeState, node: NodeDefinition, situation: Situation, calendar: WorkCalendar) -> NodeState:
    fresh = node_dates(node, situation, calendar) if state.started_on else NO_DATES
    return state if fresh.same_as(state.dates) else replace(state, dates=fresh)


def _after(node: NodeDefinition, before: NodeState, event: str, occurred: Point) -> NodeState:
    after, occurred_on = before, as_day(occurred)
    if event in node.start or event in node.counted_from:
        first = min(occurred, before.counted_from.get(event, occurred))
        after = replace(after, counted_from={**before.counted_from, event: first})
    if event in node.start:
        after = _started(after, event, occurred_on)
    if event in node.stop and (occurred_on, event) not in after.stops_seen:
        stops = list(after.stops_seen)
        insort(stops, (occurred_on, event))
        after = replace(after, stops_seen=tuple(stops))
    if node.limit.is_recurring:
        return _gone_round(after, rounds_in(node, after.started_on, after.stops_seen))
    return _finished(after, is_early=node.limit.counts_back)


def rounds_in(node: NodeDefinition, started_on: date | None, stops: Sequence[tuple[date, str]]) -> Rounds:
    """None are done of a node that does not recur, or has not started. `stops` in their order."""
    if not node.limit.is_recurring or started_on is None:
        return NO_ROUNDS
    return rounds_of(node.limit, started_on, stops)


def _gone_round(node: NodeState, rounds: Rounds) -> NodeState:
    """It is done with its last round; until then it runs, and holds the event that ended the last one."""
    finished_on = rounds.ended_on if rounds.are_over else None
    return replace(node, finished_on=finished_on, stop_event=rounds.event, rounds=rounds)


def _started(before: NodeState, event: str, occurred_on: date) -> NodeState:
    first = min((occurred_on, event), (before.started_on or date.max, before.start_event))
    return replace(before, started_on=first[0], start_event=first[1])


def _finished(node: NodeState, *, is_early: bool) -> NodeState:
    """`is_early`: what it is to be done before lies ahead, so that it may end before its start."""
    if node.started_on is None:
        return node
    stops = [stop for stop in node.stops_seen if is_early or stop[0] >= node.started_on]
    finished_on, stop_event = stops[0] if stops else (None, "")
    return replace(node, finished_on=finished_on, stop_event=stop_event)
