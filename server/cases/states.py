"""A case as decisions see it, and what an event does to it. Pure: loaded by queries, written by services."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from server.cases.flow import DEBTOR, MEASURE, FlowDefinition, NodeDefinition
from server.cases.held_rights import HeldAssignment, HeldGrant, HeldLoan
from server.cases.measures import chains_of_measures, told_to_measure
from server.cases.node_clock import NodeDates, Situation, node_dates
from server.cases.nodes import Ground, NodeChange, NodeState, apply_event, fold_events, rounds_in, situation_of
from server.cases.pauses import Point
from server.cases.rulings import NO_RULINGS, Rulings
from server.cases.work_calendar import WorkCalendar
from server.common.clock import local_date
from server.common.ids import new_id

JOINED = "case_filed"
"""In the chain of a debtor who joined later: to him the case was filed on that day."""


class HeldEvent(NamedTuple):
    """One recorded event. `occurred_at` is field time; a source records a key once per case."""

    id: UUID
    key: str
    occurred_at: datetime
    source_type: str
    source_id: str
    chain: str = ""
    acted_on: date | None = None
    """The day of the act that told it, of what lies ahead of its act."""
    received_at: datetime | None = None
    """None until it is written."""


class HeldNode(NamedTuple):
    id: UUID
    key: str
    chain: str
    stage: str
    ordinal: int
    state: str
    started_on: date | None = None
    due_on: date | None = None
    finished_on: date | None = None
    start_event_id: UUID | None = None
    stop_event_id: UUID | None = None
    version: int = 1
    due_at: datetime | None = None
    earliest_on: date | None = None
    is_provisional: bool = False
    computed_with: str = ""
    is_paused: bool = False
    is_unwritten: bool = False
    """A copy for a new chain, in the change that makes it and in those of the same batch."""

    @property
    def dates(self) -> NodeDates:
        moments = (self.due_on, self.due_at, self.earliest_on)
        return NodeDates(*moments, self.is_provisional, self.computed_with, self.is_paused)

    def stands_as(self, other: "HeldNode") -> bool:
        """Whether both say the same, however often they were written and with what they were computed."""
        return self._replace(version=other.version, computed_with=other.computed_with) == other

    def reset(self) -> "HeldNode":
        """As if nothing had ever been told of it."""
        return HeldNode(*self[:5], "NOT_STARTED", version=self.version, is_unwritten=self.is_unwritten)


@dataclass(frozen=True, slots=True)
class CaseState:
    """`grants` are those of the one officer asked about; everything else is the case's own."""

    id: UUID
    court_id: UUID
    case_no: str
    status: str
    closed_at: datetime | None
    assignment_no: int
    version: int
    flow: FlowDefinition
    flow_facts: Mapping[str, Any]
    calendar: WorkCalendar
    nodes: Mapping[tuple[str, str], HeldNode]
    """By key and chain; the chain is empty for the case itself."""
    events: tuple[HeldEvent, ...] = ()
    grants: tuple[HeldGrant, ...] = ()
    assignments: tuple[HeldAssignment, ...] = ()
    loans: tuple[HeldLoan, ...] = ()
    is_urgent: bool = False
    rulings: Rulings = NO_RULINGS
    chain_facts: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Of what the case holds several of, by chain."""
    debtors: frozenset[str] = frozenset()
    """Chains of its debtors, where its flow has nodes that are repeated for each of them."""
    type: str = "case"
    """`matter` where it stands for one (`matter_subjects.py`): an errand for another court, which has no flow."""

    def has_event(self, key: str, source_type: str, source_id: str) -> bool:
        return any((e.key, e.source_type, e.source_id) == (key, source_type, source_id) for e in self.events)

    def runs_on(self, node: HeldNode) -> bool:
        """Whether a running node counts: in a closed case, what outlives the closing."""
        return self.status != "CLOSED" or node.key in self.flow.outliving

    def ground(self, chain: str) -> Ground:
        return Ground(self.is_urgent, self.rulings, chain, self.chain_facts.get(chain, {}))


@dataclass(frozen=True, slots=True)
class CaseChange:
    """What to write for one case: new events, and the nodes they moved as they stand after them."""

    case_id: UUID
    events: tuple[HeldEvent, ...] = ()
    nodes: tuple[HeldNode, ...] = ()
    before: tuple[HeldNode, ...] = ()
    """Those of `nodes` that had a row, as they stood."""


def after_event(state: CaseState, event: HeldEvent) -> tuple[CaseState, CaseChange]:
    """The state with this event folded in, and the change to write; nothing for a source that spoke before.

    An event may come late: what counts is when it occurred. A chained event moves the chain's own copy of each
    repeated node and the one copy of every other; one without a chain moves each debtor's copies as well. Of measures
    it may settle which chain an earlier one was of.
    """
    if state.has_event(event.key, event.source_type, event.source_id):
        return state, CaseChange(state.id)
    events = (*state.events, event)
    chains = (event.chain,) if event.chain else ("", *sorted(state.debtors))
    plain = (node for chain in chains for node in _moved_in(state, event, events, chain))
    measured = [each for each in state.flow.measured if event.key in each.moved_by]
    moved = (*plain, *_to_write(state, _of_measures(replace(state, events=events), measured)))
    nodes = {**state.nodes, **{(node.key, node.chain): node for node in moved}} if moved else state.nodes
    return replace(state, events=events, nodes=nodes), CaseChange(state.id, (event,), moved, _stood(state, moved))


def _moved_in(state: CaseState, event: HeldEvent, events: tuple[HeldEvent, ...], chain: str) -> Iterator[HeldNode]:
    """What the last of these events moves in one chain."""
    folds = {
        definition.key: _fold(definition, state.nodes.get(_place(definition, chain)), events[:-1], chain, events)
        for definition in state.flow.touched_by(event.key)
        if _is_in(definition, chain, state) and event in _told_to(definition, events, chain)
    }
    known = (state.flow_facts, state.calendar)
    changes = apply_event(state.flow, folds, event.key, event.occurred_at, *known, state.ground(chain))
    return (_moved(state, each, chain, events) for each in changes if each.is_visible and each.key in folds)


def _is_in(definition: NodeDefinition, chain: str, state: CaseState) -> bool:
    """Whether it has a copy in this chain: those of debtors are theirs alone, and no others are in a debtor's.

    Those of measures are folded apart, all together.
    """
    if definition.repeat == MEASURE:
        return False
    if definition.repeat == DEBTOR:
        return chain in state.debtors
    return not (definition.repeat and chain in state.debtors)


def _told_to(definition: NodeDefinition, events: Iterable[HeldEvent], chain: str) -> tuple[HeldEvent, ...]:
    """Those that concern a copy of a node; a debtor's also by what names nobody, since he joined the case."""
    if not definition.repeat:
        return tuple(events)
    if definition.repeat == MEASURE:
        return told_to_measure(definition, events, chain)
    if definition.repeat != DEBTOR:
        return tuple(event for event in events if event.chain == chain)
    events = tuple(events)
    joined = min((e.occurred_at for e in events if (e.key, e.chain) == (JOINED, chain)), default=None)
    return tuple(e for e in events if e.chain == chain or (not e.chain and (joined is None or joined <= e.occurred_at)))


def without_events(state: CaseState, ids: Collection[UUID]) -> tuple[CaseState, CaseChange]:
    """The state as if these events had never been told, and the nodes that stand otherwise for it.

    `state` holds all events and nodes of the case.
    """
    struck = [event for event in state.events if event.id in ids]
    without = replace(state, events=tuple(event for event in state.events if event.id not in ids))
    touched = {definition.key for event in struck for definition in state.flow.touched_by(event.key)}
    moved = tuple(node for node in moved_anew(without) if node.key in touched)
    nodes = {**state.nodes, **{(node.key, node.chain): node for node in moved}}
    return replace(without, nodes=nodes), CaseChange(state.id, (), moved, _stood(state, moved))


def _stood(state: CaseState, moved: Iterable[HeldNode]) -> tuple[HeldNode, ...]:
    places = ((node.key, node.chain) for node in moved)
    return tuple(state.nodes[place] for place in places if place in state.nodes)


def moved_anew(state: CaseState) -> tuple[HeldNode, ...]:
    """The nodes to write where rows stand otherwise than events, facts and flow of `state` make them, new ones too."""
    return tuple(_to_write(state, nodes_anew(state)))


def _to_write(state: CaseState, nodes: Mapping[tuple[str, str], HeldNode]) -> Iterator[HeldNode]:
    for place, node in nodes.items():
        before = state.nodes.get(place)
        if before is None and (node.state != "NOT_STARTED" or not node.chain):
            yield node
        elif before is not None and not node.stands_as(before):
            yield node._replace(version=before.version + (not before.is_unwritten))


def nodes_anew(state: CaseState) -> dict[tuple[str, str], HeldNode]:
    """Every node of the case as its events make it, by key and chain, whatever its row says; a row lends its id.

    What does not apply to the case has not started; what its flow knows no more (`flow_moves.py`) stands as it stood.
    `state` holds all events and nodes of the case.
    """
    chains = {"", *(event.chain for event in state.events), *(chain for _, chain in state.nodes), *state.debtors}
    nodes = {place: node.reset() if node.key in state.flow.tracked else node for place, node in state.nodes.items()}
    repeated = [definition for definition in state.flow.tracked.values() if definition.repeat]
    for chain in sorted(chains) if repeated else ():
        nodes |= _of_chain(state, chain, [each for each in repeated if _is_in(each, chain, state)])
    nodes |= _of_measures(state, state.flow.measured)
    return nodes | _of_chain(state, "", [each for each in state.flow.tracked.values() if not each.repeat])


def _of_measures(state: CaseState, definitions: Iterable[NodeDefinition]) -> dict[tuple[str, str], HeldNode]:
    nodes: dict[tuple[str, str], HeldNode] = {}
    for definition in definitions:
        for chain in sorted(chains_of_measures(definition, state.events)):
            nodes |= _of_chain(state, chain, [definition])
    return nodes


def _of_chain(state: CaseState, chain: str, definitions: Sequence[NodeDefinition]) -> dict[tuple[str, str], HeldNode]:
    """Of nodes there is one of, or of those repeated for this chain, from the events that concern them."""
    if not definitions:
        return {}
    events = _told_to(definitions[0], state.events, chain)
    told = [(event.key, event.occurred_at) for event in events]
    folded = fold_events(state.flow, told, state.flow_facts, state.calendar, state.ground(chain))
    wanted = {each.key for each in definitions} & folded.keys()
    return {(key, chain): _standing(state, folded[key], chain, events) for key in folded if key in wanted}


def situation_in(state: CaseState, node: HeldNode) -> Situation:
    """What the dates of a node hang on, as the events of its case tell it."""
    definition = state.flow.tracked[node.key]
    fold = _fold(definition, node, state.events, node.chain)
    ground = state.ground(node.chain)
    return situation_of(definition, fold, ground.known(state.flow_facts, definition), ground, state.flow.id)


def recomputed(state: CaseState, node: HeldNode) -> HeldNode | None:
    """A started node with its dates by the flow and calendar of `state`; None where they stand as they stood.

    `state` holds the events its dates hang on.
    """
    dates = node_dates(state.flow.tracked[node.key], situation_in(state, node), state.calendar)
    if node.computed_with and dates.same_as(node.dates):
        return None
    return node._replace(version=node.version + 1, **dates._asdict())


def recomputed_nodes(state: CaseState) -> Iterator[HeldNode]:
    """The started nodes whose dates do not stand as they stood."""
    known = state.flow.tracked
    started = (node for node in state.nodes.values() if node.started_on is not None and node.key in known)
    return (moved for node in started if (moved := recomputed(state, node)))


def merged(changes: Iterable[CaseChange]) -> list[CaseChange]:
    """One change a case: all its events, and each node as the last change left it."""
    by_case: dict[UUID, tuple[dict[UUID, HeldEvent], dict[UUID, HeldNode], dict[UUID, HeldNode]]] = {}
    for change in changes:
        events, nodes, before = by_case.setdefault(change.case_id, ({}, {}, {}))
        events.update((event.id, event) for event in change.events)
        nodes.update((node.id, node) for node in change.nodes)
        before.update((node.id, node) for node in change.before if node.id not in before)
    return [
        CaseChange(case_id, tuple(events.values()), tuple(nodes.values()), tuple(before.values()))
        for case_id, (events, nodes, before) in by_case.items()
    ]


def node_views(case_id: UUID, nodes: Iterable[HeldNode]) -> list[dict[str, Any]]:
    """The part of an entry's view that says where nodes stand now; the same objects as in a live snapshot."""
    return [
        {
            "id": str(node.id),
            "case": str(case_id),
            "key": node.key,
            "chain": node.chain,
            "stage": node.stage,
            "state": node.state,
            "started_on": _text(node.started_on),
            "due_on": _text(node.due_on),
            "finished_on": _text(node.finished_on),
            "version": node.version,
            **({"is_paused": True} if node.is_paused else {}),
        }
        for node in nodes
    ]


def _text(day: date | None) -> str | None:
    return day.isoformat() if day else None


def unstarted(definition: NodeDefinition, chain: str = "") -> HeldNode:
    """A node nobody has written yet."""
    place = (definition.key, chain)
    return HeldNode(new_id(), *place, definition.stage, definition.ordinal, "NOT_STARTED", is_unwritten=True)


def _place(definition: NodeDefinition, chain: str) -> tuple[str, str]:
    return (definition.key, chain if definition.repeat else "")


def _fold(
    definition: NodeDefinition,
    node: HeldNode | None,
    events: Collection[HeldEvent],
    chain: str,
    known: Iterable[HeldEvent] = (),
) -> NodeState:
    """The fold so far: the row holds the dates, the events hold the stops that found nothing to stop yet.

    `known` are the same with one that is to be folded: a debtor who joins by it has nothing to do with what was before.
    """
    ours = [e for e in _told_to(definition, known or events, chain) if not known or e in events]
    stops = sorted({(local_date(e.occurred_at), e.key) for e in ours if e.key in definition.stop})
    counted_from: dict[str, Point] = {}
    for e in ours:
        if e.key in definition.start or e.key in definition.counted_from:
            counted_from[e.key] = min(e.occurred_at, counted_from.get(e.key, e.occurred_at))
    if node is None:
        return NodeState(definition.key, stops_seen=tuple(stops), counted_from=counted_from)
    keys = {e.id: e.key for e in ours}
    return NodeState(
        node.key,
        node.started_on,
        node.finished_on,
        keys.get(node.start_event_id, "") if node.start_event_id else "",
        keys.get(node.stop_event_id, "") if node.stop_event_id else "",
        tuple(stops),
        counted_from,
        node.dates,
        rounds_in(definition, node.started_on, stops),
    )


def _moved(state: CaseState, change: NodeChange, chain: str, events: tuple[HeldEvent, ...]) -> HeldNode:
    ours = _told_to(state.flow.tracked[change.key], events, chain)
    node = _standing(state, change.after, chain, ours)
    return node._replace(version=node.version + (not node.is_unwritten))


def _standing(state: CaseState, after: NodeState, chain: str, events: tuple[HeldEvent, ...]) -> HeldNode:
    definition = state.flow.tracked[after.key]
    place = _place(definition, chain)
    before = state.nodes.get(place) or unstarted(definition, place[1])
    return before._replace(
        state=after.state.value,
        started_on=after.started_on,
        finished_on=after.finished_on,
        start_event_id=_event_id(events, after.start_event, after.started_on),
        stop_event_id=_event_id(events, after.stop_event, after.finished_on or after.rounds.ended_on),
        **after.dates._asdict(),
    )


def _event_id(events: Iterable[HeldEvent], key: str, occurred_on: date | None) -> UUID | None:
    """The first to arrive of the events that account for this date."""
    return next((e.id for e in events if e.key == key and local_date(e.occurred_at) == occurred_on), None)
