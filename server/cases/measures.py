"""Which renewal ends the clock of which seal or freeze. Pure: a fold over the events of a case, whatever their order.

Each act that takes a measure has a chain of its own, from its expiry on. A renewal ends the chain it names, or the
only one in force; where several are it ends none until a person says which: doubt never silences a seal about to lapse.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import NamedTuple, Protocol, TypeVar
from uuid import UUID

from server.cases.flow import NodeDefinition
from server.common.clock import local_date

ASSIGNED = "assigned"
"""Source of what a person says an act renews: `source_id` is the act, `chain` the measure. It ends nothing itself."""
BY_ACT = "operation"
_PREFIX = "measure:"


class Told(Protocol):
    """An event of the case."""

    @property
    def id(self) -> UUID: ...
    @property
    def key(self) -> str: ...
    @property
    def occurred_at(self) -> datetime: ...
    @property
    def source_type(self) -> str: ...
    @property
    def source_id(self) -> str: ...
    @property
    def chain(self) -> str: ...
    @property
    def acted_on(self) -> date | None: ...


T = TypeVar("T", bound=Told)


class Renewal(NamedTuple):
    event: UUID
    act: str
    """Its source: the id of an act, or what a desk said it by."""
    at: datetime
    named: str
    """The chain it was told to renew, or a person said it does; empty for neither."""
    chain: str | None
    """The one it ends; None while nobody can tell."""


def chain_of_act(act: object) -> str:
    """Of the measure that an act took."""
    return f"{_PREFIX}{act}"


def act_of_chain(chain: str) -> UUID | None:
    """The act that took a measure; None for a chain that a desk named."""
    try:
        return UUID(chain.removeprefix(_PREFIX)) if chain.startswith(_PREFIX) else None
    except ValueError:
        return None


def chain_meant(stated: object) -> str:
    """By the id of the act that took it, or the chain itself; empty for anything else."""
    if not isinstance(stated, str) or len(stated) > 60:
        return ""
    try:
        return chain_of_act(UUID(stated))
    except ValueError:
        return stated.strip()


def told_to_measure(node: NodeDefinition, events: Iterable[T], chain: str) -> tuple[T, ...]:
    """The events that concern one chain of a node that is repeated for each measure."""
    events = tuple(events)
    ended = {each.event: each.chain for each in renewals(node, events)}
    return tuple(e for e in events if (ended.get(e.id) == chain if e.key in node.stop else e.chain == chain))


def chains_of_measures(node: NodeDefinition, events: Iterable[Told]) -> set[str]:
    return {"", *(event.chain for event in events if event.key in node.moved_by)}


def taken_since(node: NodeDefinition, events: Iterable[Told]) -> dict[str, date]:
    """Each measure by its chain, with the day of its act: one of which none is known has always been there."""
    taken: dict[str, date] = {}
    for event in events:
        if event.key in node.start:
            taken[event.chain] = min(event.acted_on or date.min, taken.get(event.chain, date.max))
    return taken


def renewals(node: NodeDefinition, events: Iterable[Told]) -> list[Renewal]:
    """In the order in which they were done."""
    events = tuple(events)
    ends = [event for event in events if event.key in node.stop]
    said = {event.source_id: event.chain for event in ends if event.source_type == ASSIGNED}
    told = [event for event in ends if event.source_type != ASSIGNED]
    taken, over, found = taken_since(node, events), dict[str, str](), []
    for event in sorted(told, key=lambda each: (each.occurred_at, each.source_id)):
        own = chain_of_act(event.source_id) if event.source_type == BY_ACT else ""
        named = said.get(event.source_id) or event.chain
        chain = _last_of_line(named, over) if named and named != own else _only_one(event, own, taken, over)
        if chain is not None:
            over.setdefault(chain, own if own in taken else "")
        found.append(Renewal(event.id, event.source_id, event.occurred_at, named, chain))
    return found


def expiries(node: NodeDefinition, events: Iterable[Told]) -> dict[str, date]:
    """Each measure by its chain, with the day it was said to lapse; of several the earliest."""
    ends: dict[str, date] = {}
    for event in events:
        if event.key in node.start:
            on = local_date(event.occurred_at)
            ends[event.chain] = min(on, ends.get(event.chain, on))
    return ends


def in_force(node: NodeDefinition, events: Iterable[Told], on: date) -> list[str]:
    """Chains of the measures taken by that day that nothing has renewed, lapsed ones too."""
    events = tuple(events)
    over = {each.chain for each in renewals(node, events)}
    return sorted(chain for chain, since in taken_since(node, events).items() if chain not in over and since <= on)


def awaiting(node: NodeDefinition, events: Iterable[Told]) -> list[Renewal]:
    """Those of which nobody can tell what they renew, or that name a measure this case knows nothing of."""
    events = tuple(events)
    taken = taken_since(node, events)
    return [each for each in renewals(node, events) if each.chain is None or each.chain not in taken]


def _only_one(event: Told, own: str, taken: Mapping[str, date], over: Mapping[str, str]) -> str | None:
    on = local_date(event.occurred_at)
    standing = [chain for chain, since in taken.items() if chain not in over and chain != own and since <= on]
    return standing[0] if len(standing) == 1 else None


def _last_of_line(named: str, over: Mapping[str, str]) -> str:
    """A measure renewed before goes on in the chain of that renewal."""
    seen = {named}
    while (after := over.get(named)) and after not in seen:
        named = after
        seen.add(after)
    return named
