"""What a flow file may say and still not mean: events nobody tells, nodes that never start, limits without a start."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import cache
from itertools import product
from typing import Any

from server.cases.conditions import Comparison, Condition
from server.cases.flow import AnyNumber, FlowDefinition, NodeDefinition, Values
from server.cases.flow_file import FLOWS, flow_definition, places, read_leniently
from server.cases.limits import Limit, Unit
from server.cases.located_yaml import KEY, DataFileError, Mistake, Path, Source
from server.common.marking import gettext_noop as _

VARIANTS = (
    "NEGOTIATED",
    "DIRECTED_INQUIRY",
    "NETWORK_INQUIRY",
    "APPRAISAL",
    "PROPERTY_TO_DISPOSE",
    "FINAL_ROUND",
)
"""Methods of fixing a price, and ways out of the fast track."""
PROPERTY_KINDS = ("movable", "real_estate_or_right")
MOST_COMBINATIONS = 10_000


def mistakes_in(text: str) -> list[Mistake]:
    """Every mistake of a flow file, in the order of its lines; none if it may be loaded."""
    try:
        source, flow = read_leniently(text)
    except DataFileError as broken:
        return broken.mistakes
    _Checks(source, flow).all()
    return sorted(set(source.mistakes))


@cache
def events_known() -> frozenset[str]:
    """Those of the flows of this release: what officers' acts and the desk tell."""
    keys = [path.stem.split("@") for path in FLOWS.glob("*.yaml")]
    flows = [flow_definition(key, version) for key, version in keys]
    return frozenset(event for flow in flows for event in _events_of(flow))


def _events_of(flow: FlowDefinition) -> frozenset[str]:
    own = {limit.start for node in flow.tracked.values() for _, limit in _limits(node) if limit.start}
    return flow.events | own | flow.outside_events


def _limits(node: NodeDefinition) -> Iterator[tuple[tuple[str, ...], Limit]]:
    yield ("limit",), node.limit
    for name in ("outer_limit", "alt_limit", "urgent_limit", "internal_limit"):
        limit = getattr(node, name)
        if limit is not None:
            yield (name,), limit
    for name, group in (("variants", node.variants), ("minimum", node.minimum)):
        for kind, limit in group.items():
            yield ((name, kind) if kind else (name,)), limit


class _Checks:
    def __init__(self, source: Source, flow: FlowDefinition) -> None:
        self._source, self._flow, self._nodes = source, flow, places(flow)
        self._known = events_known() | flow.outside_events
        self._unstartable = _unstartable([node for _, node in self._nodes], self._flow.outside_events)

    def all(self) -> None:
        for path, node in self._nodes:
            self._events(path, node)
            for where, limit in _limits(node):
                self._limit((*path, *where), limit)
            self._kinds(path, node)
            self._start(path, node)
            self._not_shorter_than_the_law(path, node)
            if node.when is not None and not can_hold(node.when, self._flow.facts):
                self._source.blame((*path, "when"), _("no case can fulfil this condition: the node is never reached"))

    def _events(self, path: Path, node: NodeDefinition) -> None:
        for key, events in (("start", node.start), ("stop", node.stop)):
            for event in events:
                self._event((*path, key), event)

    def _event(self, path: Path, event: str) -> None:
        if KEY.fullmatch(event) and event not in self._known:
            self._source.unknown(
                path,
                _("nothing tells of the event %(found)s; if it is new, declare it under events"),
                _("nothing tells of the event %(found)s; did you mean %(near)s? If it is new, declare it under events"),
                event,
                self._known,
            )

    def _limit(self, path: Path, limit: Limit) -> None:
        if path[-1] in ("outer_limit", "alt_limit") and not limit.start:
            self._source.blame(path, _("needs a start of its own: the event it counts from"))
        if limit.start:
            self._event((*path, "start"), limit.start)
        if limit.is_recurring and (limit.n is None or limit.n < 1):
            self._source.blame(path, _("what recurs needs a number of one or more"))
        if limit.is_recurring and limit.unit not in (Unit.DAYS, Unit.MONTHS, Unit.YEARS):
            self._source.blame(path, _("what recurs is counted in d, m or y"))
        if limit.recurs_for is not None and not limit.is_recurring:
            self._source.blame((*path, "for"), _("bounds only what recurs: say every: true as well"))
        if "minimum" in path and limit.unit not in (Unit.DAYS, Unit.MONTHS, Unit.YEARS):
            self._source.blame(path, _("a minimum is counted in d, m or y"))

    def _kinds(self, path: Path, node: NodeDefinition) -> None:
        for name, kinds, known in (("variants", node.variants, VARIANTS), ("minimum", node.minimum, PROPERTY_KINDS)):
            for kind in kinds:
                if kind and kind not in known:
                    plain = _("%(found)s is no kind known here; there are %(known)s")
                    said = ", ".join(known)
                    self._source.blame((*path, name, kind), plain, found=repr(kind), known=said)

    def _not_shorter_than_the_law(self, path: Path, node: NodeDefinition) -> None:
        """An internal limit for a final round leaves the time that the law wants before one."""
        limit, review = node.variants.get("FINAL_ROUND"), self._flow.tracked.get("final_round_review")
        least = review.minimum.get("") if review else None
        if limit and least and node.kind == "internal" and _days(limit) < _days(least):
            wrong = _("is shorter than the minimum of final_round_review")
            self._source.blame((*path, "variants", "FINAL_ROUND"), wrong)

    def _start(self, path: Path, node: NodeDefinition) -> None:
        if node.key not in self._unstartable:
            return
        circle = _circle(node.key, self._unstartable)
        if circle:
            wrong = _("never starts: %(nodes)s wait for one another in a circle")
            self._source.blame((*path, "start"), wrong, nodes=", ".join(circle))
        else:
            wrong = _("never reached: only %(nodes)s could start it, and never start themselves")
            self._source.blame((*path, "start"), wrong, nodes=", ".join(sorted(self._unstartable[node.key])))


def _days(limit: Limit) -> int:
    """At least so many, whatever the months."""
    return (limit.n or 0) * {Unit.MONTHS: 31, Unit.YEARS: 366}.get(limit.unit, 1)


def _unstartable(nodes: list[NodeDefinition], outside: frozenset[str]) -> Mapping[str, frozenset[str]]:
    """Nodes that no event can start, each with the nodes that would bring one.

    What no node ends with comes from outside, and so does what is declared under events.
    """
    brings = {event for node in nodes for event in node.stop}
    reached = {event for node in nodes for event in node.start if event not in brings or event in outside}
    waiting = list(nodes)
    while moving := [node for node in waiting if reached & set(node.start)]:
        reached |= {event for node in moving for event in node.stop}
        waiting = [node for node in waiting if node not in moving]
    return {
        node.key: frozenset(other.key for other in waiting if set(other.stop) & set(node.start)) for node in waiting
    }


def _circle(key: str, before: Mapping[str, frozenset[str]]) -> list[str]:
    """The nodes between a node and itself, if it waits for itself by way of others."""
    paths, seen = [[key]], set[str]()
    while paths:
        path = paths.pop(0)
        for earlier in sorted(before.get(path[-1], frozenset())):
            if earlier == key:
                return sorted(path)
            if earlier not in seen:
                seen.add(earlier)
                paths.append([*path, earlier])
    return []


def can_hold(condition: Condition, facts: Mapping[str, Values]) -> bool:
    """Whether any case could fulfil it, by trying every value its facts may have; True where those are too many."""
    comparisons = condition.comparisons
    names = sorted({comparison.fact for comparison in comparisons})
    choices = [_values_worth_trying(name, comparisons, facts) for name in names]
    tries = 1
    for values in choices:
        tries *= len(values)
    if tries > MOST_COMBINATIONS:
        return True
    return any(condition.holds(dict(zip(names, values, strict=True))) for values in product(*choices))


def _values_worth_trying(fact: str, comparisons: tuple[Comparison, ...], facts: Mapping[str, Values]) -> list[Any]:
    """Those declared, and None for a fact not known; of numbers each that is named, and one to either side."""
    known = facts.get(fact, ())
    if not isinstance(known, AnyNumber):
        return [None, *known]
    named = [v for each in comparisons if each.fact == fact for v in each.values if isinstance(v, Decimal)]
    between = [(one + other) / 2 for one in named for other in named]
    return [None, *named, *between, *(n - 1 for n in named), *(n + 1 for n in named)]
