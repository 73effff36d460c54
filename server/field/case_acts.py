"""Acts on the file of a case, made away from the desk: a node completed, a note, a clue to property. Pure.

Judged like acts on site and kept beside them. What a node's completion tells the flow is asked of the flow itself.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from server.cases.flow import NodeDefinition
from server.cases.measures import chain_meant, chain_of_act
from server.cases.nodes import State
from server.cases.states import CaseState, HeldNode
from server.common.clock import local_date
from server.field.events import CausedEvent
from server.field.kinds import Document, kinds_document
from server.field.states import Facts

COMPLETE_NODE, ADD_NOTE, SUBMIT_CLUE = "complete_node", "add_note", "submit_clue"
CURRENT = "case@2026.11-2"

NODE_UNKNOWN, ENDING_UNCLEAR, BY_DEED = "node_unknown", "node_ending_unclear", "node_by_deed"
NOT_STARTED, OF_ANOTHER, NEEDS_ACT = "node_not_started", "node_of_another", "node_needs_act"
TOO_EARLY = "node_too_early"
HELD = "property_held"

DEEDS = frozenset(
    {"application_received", "case_filed", "track_set", "handler_assigned", "handover_accepted", "case_closed"}
)
"""Told by the deed itself, where it is done: a word without it would make the case say what it is not."""
OWNERS_AT_DESKS = frozenset({"filing_clerk", "command_centre", "president", "deputy_director", "director"})
"""Whose word ends their nodes; an officer's waits for one of them."""


def case_document() -> Document:
    return kinds_document(catalogue=CURRENT)


def case_act_kinds() -> frozenset[str]:
    return frozenset(kind["key"] for kind in case_document()["kinds"])


def told_of_case(facts: Facts, events: Sequence[CausedEvent], act_id: UUID, case: CaseState) -> Sequence[CausedEvent]:
    """The events of an act as this case's flow names them; none where it names no ending of a node there is."""
    if facts.kind == SUBMIT_CLUE:
        return [replace(event, chain=str(act_id)) for event in events]
    if facts.kind != COMPLETE_NODE:
        return [_of_measure(event, facts, act_id, case) for event in events]
    node, ending = node_named(facts, case), ending_named(facts, case)
    if node is None or not ending:
        return []
    return [replace(event, event=ending, chain=node.chain) for event in events]


def _of_measure(event: CausedEvent, facts: Facts, act_id: UUID, case: CaseState) -> CausedEvent:
    """An act that takes a measure has a chain of its own; one that renews may say which."""
    if any(event.event in node.start for node in case.flow.measured):
        return replace(event, chain=chain_of_act(act_id))
    if any(event.event in node.stop for node in case.flow.measured):
        return replace(event, chain=chain_meant(facts.fields.get("renews")))
    return event


def node_named(facts: Facts, case: CaseState) -> HeldNode | None:
    """The node that a completion is about, by key and chain."""
    if facts.kind != COMPLETE_NODE:
        return None
    key, chain = facts.fields.get("node"), facts.fields.get("chain") or ""
    if not isinstance(key, str) or not isinstance(chain, str) or key not in case.flow.tracked:
        return None
    return case.nodes.get((key, chain))


def ending_named(facts: Facts, case: CaseState) -> str:
    """The event that ends it: the one there is, or the one stated where the flow has several; "" for neither."""
    definition = case.flow.tracked.get(str(facts.fields.get("node")))
    endings, stated = endings_of(definition) if definition else (), facts.fields.get("event")
    if stated:
        return str(stated) if stated in endings else ""
    return endings[0] if len(endings) == 1 else ""


def endings_of(definition: NodeDefinition) -> tuple[str, ...]:
    """What a person may say of a node's end."""
    return tuple(event for event in definition.stop if event not in DEEDS)


def why_impossible(facts: Facts, case: CaseState) -> str:
    """What no authority mends: there is nothing to complete, or nothing that says how."""
    if facts.kind != COMPLETE_NODE:
        return ""
    if node_named(facts, case) is None:
        return NODE_UNKNOWN
    if ending_named(facts, case):
        return ""
    return ENDING_UNCLEAR if endings_of(case.flow.tracked[str(facts.fields["node"])]) else BY_DEED


def why_waiting(facts: Facts, case: CaseState, acted_on: date, told_by_acts: frozenset[str]) -> str:
    """The code under which a completion waits for a person, who may say that it counts all the same."""
    if reason := why_impossible(facts, case):
        return reason
    node = node_named(facts, case)
    if node is None:
        return ""
    if held := why_held(facts, case, acted_on):
        return held
    definition = case.flow.tracked[node.key]
    if node.state == State.NOT_STARTED:
        return NOT_STARTED
    if definition.minimum and node.earliest_on and acted_on < node.earliest_on:
        return TOO_EARLY
    if definition.owner in OWNERS_AT_DESKS:
        return OF_ANOTHER
    return NEEDS_ACT if ending_named(facts, case) in told_by_acts else ""


def why_held(facts: Facts, case: CaseState, acted_on: date, *, only_open: bool = False) -> str:
    """Whether it would dispose of a property on a day on which a third party's claim to it was examined (民诉法238)."""
    node = node_named(facts, case)
    holds = case.rulings.holds_on(case.flow.tracked[node.key], node.chain) if node else ()
    holding = (hold for hold in holds if hold.covers(acted_on))
    return HELD if any(not only_open or hold.pause.ended is None for hold in holding) else ""


def said_in(fields: Mapping[str, Any] | None) -> dict[str, Any]:
    """What a device shows of such an act beside its kind: its words, its node, the source of a clue."""
    shown = ("node", "chain", "event", "note", "text", "source")
    return {name: fields[name] for name in shown if isinstance(fields.get(name), str)} if fields else {}


def acted_on(facts: Facts, events: Sequence[CausedEvent], recorded_on: date) -> date:
    """The day it says it happened, else that of its record."""
    at = next((event.at for event in events if event.at), None)
    return local_date(at) if isinstance(at, datetime) else at or recorded_on
