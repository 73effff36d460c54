"""Nodes made anew from the events of their cases, and both held against what the ledger was told. Reads only."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from uuid import UUID

from server.cases.calendar_history import CalendarHistory
from server.cases.differences import Difference, node_differences
from server.cases.measures import ASSIGNED
from server.cases.models import CaseEvent
from server.cases.property_models import VALUATION_METHOD
from server.cases.states import CaseState, node_views
from server.common.clock import to_wire
from server.ledger.models import Entry
from server.people.streams import court_stream

_TOLD = ("state", "started_on", "due_on", "finished_on", "version")


def case_differences(states: Mapping[UUID, CaseState]) -> Iterator[Difference]:
    """Of whole cases, as `case_states` reads them: rows against the fold, and rows against the ledger's last word."""
    history = CalendarHistory()
    for state in states.values():
        yield from node_differences(state, history.since)
    yield from _unlike_the_ledger(states)


def _unlike_the_ledger(states: Mapping[UUID, CaseState]) -> Iterator[Difference]:
    nodes: dict[str, dict[str, Any]] = {}
    flows: dict[UUID, str] = {}
    events: dict[UUID, list[dict[str, Any]]] = {}
    methods: dict[UUID, dict[str, str]] = {}
    assigned: dict[UUID, dict[str, str]] = {}
    for case_id, view in _views(states):
        nodes.update((node["id"], node) for node in view.get("nodes", ()))
        if "flow" in view:
            flows[case_id] = view["flow"]
        if method := view.get("property", {}).get(VALUATION_METHOD):
            methods.setdefault(case_id, {})[view["property"]["id"]] = method
        if said := view.get("renewal"):
            assigned.setdefault(case_id, {})[said["act"]] = said["chain"]
        if "event" in view:
            events.setdefault(case_id, []).append(view["event"])
    for state in states.values():
        yield from _flow_told(state, flows)
        yield from _methods_told(state, methods.get(state.id, {}))
        yield from _renewals_told(state, assigned.get(state.id, {}))
        yield from _nodes_told(state, nodes)
        yield from _events_told(state, events.get(state.id, ()))


def _views(states: Mapping[UUID, CaseState]) -> Iterator[tuple[UUID, dict[str, Any]]]:
    """What each case's own court was told of it, in the order in which it was told."""
    streams = {case_id: court_stream(state.court_id) for case_id, state in states.items()}
    entries = Entry.objects.filter(subject_id__in=list(states), stream__in=set(streams.values()))
    told = entries.order_by("stream", "position").values_list("subject_id", "stream", "view")
    for case_id, stream, view in told.iterator(chunk_size=500):
        if case_id is not None and streams[case_id] == stream:
            yield case_id, json.loads(view)


def _flow_told(state: CaseState, told: Mapping[UUID, str]) -> Iterator[Difference]:
    """A case stands under the flow it was filed under, or was last moved to."""
    last = told.get(state.id, state.flow.id)
    if last != state.flow.id:
        yield Difference(state.case_no, "", "", "flow", state.flow.id, last)


def _methods_told(state: CaseState, told: Mapping[str, str]) -> Iterator[Difference]:
    """In which way each property's price is found is what was said last."""
    standing = {
        chain: facts[VALUATION_METHOD] for chain, facts in state.chain_facts.items() if VALUATION_METHOD in facts
    }
    for chain in sorted(standing.keys() | told.keys()):
        if standing.get(chain) != told.get(chain):
            yield Difference(state.case_no, "", chain, VALUATION_METHOD, standing.get(chain), told.get(chain))


def _renewals_told(state: CaseState, told: Mapping[str, str]) -> Iterator[Difference]:
    """What each renewal is of is what a person said last."""
    standing = {event.source_id: event.chain for event in state.events if event.source_type == ASSIGNED}
    for act in sorted(standing.keys() | told.keys()):
        if standing.get(act) != told.get(act):
            yield Difference(state.case_no, act, "", "renewal", standing.get(act), told.get(act))


def _nodes_told(state: CaseState, told: Mapping[str, dict[str, Any]]) -> Iterator[Difference]:
    """The ledger's last word on each node is what stands; of what never moved it says nothing."""
    for row in node_views(state.id, state.nodes.values()):
        last = told.get(row["id"], {"state": "NOT_STARTED"})
        for member in _TOLD:
            if member in last and row[member] != last[member]:
                said = Difference(state.case_no, row["key"], row["chain"], member, str(row[member]), str(last[member]))
                yield said


def _events_told(state: CaseState, told: Iterable[Mapping[str, str]]) -> Iterator[Difference]:
    """What the desk said stands as it was said, unless it was struck since."""
    ids = [UUID(event["id"]) for event in told]
    rows = {row.pk: row for row in CaseEvent.objects.filter(pk__in=ids)}
    for event in told:
        row = rows.get(UUID(event["id"]))
        stands = [row.key, row.chain, to_wire(row.occurred_at)] if row and row.case_id == state.id else []
        said = [event["key"], event["chain"], event["occurred_at"]]
        if stands != said:
            words = (" ".join(stands) or None, " ".join(said))
            yield Difference(state.case_no, event["key"], event["chain"], "event", *words)
