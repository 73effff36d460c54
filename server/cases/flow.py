"""The flow of a case as data: stages, nodes, and the events that start and stop them. Loaded by flow_file."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Any

from server.cases.conditions import Condition, is_number
from server.cases.limits import Limit

CASE_CLOCK = "case_clock"
"""The stage name of the clocks that run over the whole case."""
CASE_CLOSED = "case_closed"
"""The event of the closing: what it does not start, and is of no stage after it, ends with it."""
DISPOSAL = "disposal"
"""The stage whose nodes rest while a third party's claim to the property is examined."""


DEBTOR = "debtor"
"""What a node is repeated for whose chains are there from the filing on."""
MEASURE = "measure"
"""What a node is repeated for whose events may leave open which chain they are of (`measures.py`)."""


class AnyNumber(Sequence[Any]):
    """The values of a fact that is a number: every number is among them, and none is listed."""

    def __contains__(self, value: object) -> bool:
        return is_number(value)

    def __getitem__(self, index: Any) -> Any:
        raise IndexError(index)

    def __len__(self) -> int:
        return 0


Values = Sequence[str | bool]
"""What a fact may be: those listed, or AnyNumber."""


def _no_limits() -> Mapping[str, Limit]:
    return MappingProxyType({})


@dataclass(frozen=True)
class NodeDefinition:
    key: str
    zh: str
    en: str
    stage: str
    ordinal: int
    limit: Limit
    start: tuple[str, ...]
    stop: tuple[str, ...]
    kind: str
    """statutory, regulatory or internal: a breach is a legal or only a management matter."""
    basis: str
    conf: str
    owner: str = ""
    is_core: bool = False
    when: Condition | None = None
    evidence: tuple[str, ...] = ()
    repeat: str = ""
    """What a node has one chain per: property, clue, measure, entry, debtor; empty for the case itself."""
    pause: tuple[str, ...] = ()
    is_pausable: bool = True
    rolls: bool = True
    outer_limit: Limit | None = None
    alt_limit: Limit | None = None
    urgent_limit: Limit | None = None
    internal_limit: Limit | None = None
    minimum: Mapping[str, Limit] = field(default_factory=_no_limits)
    """By kind of property; under the empty name where one minimum holds for all."""
    variants: Mapping[str, Limit] = field(default_factory=_no_limits)
    note: str = ""
    outlives_closing: bool = False
    """The closing starts it, or its stage comes after it: it goes on in a closed case."""

    @cached_property
    def counted_from(self) -> frozenset[str]:
        """Events that limits of it count from instead of its start: its dates move with them."""
        further = (self.outer_limit, self.alt_limit, self.urgent_limit, self.internal_limit)
        limits = (self.limit, *further, *self.minimum.values(), *self.variants.values())
        return frozenset(limit.start for limit in limits if limit is not None and limit.start)

    @cached_property
    def moved_by(self) -> frozenset[str]:
        """Every event that starts it, ends it or moves a date of it."""
        return self.counted_from.union(self.start, self.stop)

    def applies(self, facts: Mapping[str, Any]) -> bool:
        return self.when is None or self.when.holds(facts)

    def name(self, language: str = "zh") -> str:
        return self.en if language.startswith("en") else self.zh


@dataclass(frozen=True)
class Stage:
    key: str
    zh: str
    en: str
    nodes: tuple[NodeDefinition, ...]
    is_cross_cutting: bool = False


@dataclass(frozen=True)
class FlowDefinition:
    key: str
    version: str
    calendar: str
    facts: Mapping[str, Values]
    case_clocks: tuple[NodeDefinition, ...]
    stages: tuple[Stage, ...]
    outside_events: frozenset[str] = frozenset()
    """Events declared although no node of the flow ends with them: they come from the desk or the field."""

    @property
    def id(self) -> str:
        return f"{self.key}@{self.version}"

    @cached_property
    def nodes(self) -> Mapping[str, NodeDefinition]:
        """The nodes of the stages, in their order; the clocks of the whole case stand apart."""
        return MappingProxyType({node.key: node for stage in self.stages for node in stage.nodes})

    @cached_property
    def tracked(self) -> Mapping[str, NodeDefinition]:
        """Case clocks and nodes: everything that events start and stop."""
        return MappingProxyType({clock.key: clock for clock in self.case_clocks} | dict(self.nodes))

    @cached_property
    def has_debtor_chains(self) -> bool:
        return any(node.repeat == DEBTOR for node in self.tracked.values())

    @cached_property
    def measured(self) -> tuple[NodeDefinition, ...]:
        """Those repeated for each measure."""
        return tuple(node for node in self.tracked.values() if node.repeat == MEASURE)

    @cached_property
    def outliving(self) -> frozenset[str]:
        """Keys of what goes on in a closed case."""
        return frozenset(key for key, node in self.tracked.items() if node.outlives_closing)

    @cached_property
    def events(self) -> frozenset[str]:
        return frozenset(event for node in self.tracked.values() for event in node.moved_by)

    def started_by(self, event: str) -> tuple[NodeDefinition, ...]:
        return tuple(node for node in self.tracked.values() if event in node.start)

    def stopped_by(self, event: str) -> tuple[NodeDefinition, ...]:
        return tuple(node for node in self.tracked.values() if event in node.stop)

    def touched_by(self, event: str) -> Iterator[NodeDefinition]:
        return (node for node in self.tracked.values() if event in node.moved_by)

    def names(self) -> dict[str, dict[str, dict[str, Any]]]:
        """What a device shows: `{"stages": {key: {"zh", "en"}}, "nodes": {key: {"zh", "en", "stage", "ends"}}}`.

        `ends` are the events of which each ends a node.
        """
        return {
            "stages": {stage.key: {"zh": stage.zh, "en": stage.en} for stage in self.stages},
            "nodes": {
                node.key: {"zh": node.zh, "en": node.en, "stage": node.stage, "ends": list(node.stop)}
                for node in self.tracked.values()
            },
        }
