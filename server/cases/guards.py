"""What must hold before a step of a case is taken, as checklists whose every item names its evidence. Pure.

Asked where somebody decides (closing a case) and shown where somebody asks why he may not. Nothing that happened is
refused: an act done too early stays on record, and is judged where it counts.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, NamedTuple

from server.cases.clock import earliest
from server.cases.counting import as_day
from server.cases.limits import Limit, Unit
from server.cases.node_clock import variant_of
from server.cases.states import CaseState

FINAL_ROUND, FIRST_AUCTION, SECOND_AUCTION = "FINAL_ROUND", "FIRST_AUCTION", "SECOND_AUCTION"
SEARCH, VACATE = "SEARCH", "VACATE"
NODES: Mapping[str, str] = {
    FINAL_ROUND: "final_round_review",
    FIRST_AUCTION: "first_auction",
    SECOND_AUCTION: "second_auction",
    SEARCH: "search_measure",
    VACATE: "property_delivery",
}
"""The node whose step each of them guards."""
WARRANT, EVICTION_NOTICE, APPLICANT_HEARD = "WARRANT", "EVICTION_NOTICE", "APPLICANT_HEARD"
RESISTANCE, VIOLENCE = "RESISTANCE", "VIOLENCE"
_PUNISHED = ("approval_decided", "detention_started", "listing_decided", "referred")


class Exhibit(NamedTuple):
    """Something on file that is no event of the flow: a paper, or what an act says. `source` is `paper` or `action`."""

    kind: str
    source: str
    id: str
    on: date | None = None
    """Of an eviction notice, the last day of the time to leave; else when it was made."""


class Evidence(NamedTuple):
    source: str
    id: str
    key: str
    on: date | None

    def as_json(self) -> dict[str, Any]:
        return {**self._asdict(), "on": self.on.isoformat() if self.on else None}


@dataclass(frozen=True)
class Condition:
    code: str
    evidence: tuple[Evidence, ...] = ()
    wants: tuple[str, ...] = ()
    """What is still missing, by name; none where it holds."""
    earliest_on: date | None = None
    """The first day on which it can hold, where that is known."""

    @property
    def holds(self) -> bool:
        return not self.wants


@dataclass(frozen=True)
class Checklist:
    guard: str
    conditions: tuple[Condition, ...]

    @property
    def is_open(self) -> bool:
        return all(condition.holds for condition in self.conditions)

    @property
    def blocked_by(self) -> tuple[str, ...]:
        return tuple(condition.code for condition in self.conditions if not condition.holds)


@dataclass(frozen=True)
class Asked:
    """A case, whole, with what is on file, on the day of the question."""

    state: CaseState
    on: date
    exhibits: tuple[Exhibit, ...] = ()
    property_kind: str = ""
    """`movable` or `real_estate_or_right`; not known, the longer notice counts."""
    chain: str = ""
    """Of the property that is to be auctioned; empty for whatever the case tells."""

    def told(self, *keys: str, chain: str = "") -> tuple[Evidence, ...]:
        told = (e for e in self.state.events if e.key in keys and chain in ("", e.chain))
        found = (e for e in told if as_day(e.occurred_at) <= self.on)
        return tuple(Evidence("event", str(e.id), e.key, as_day(e.occurred_at)) for e in found)

    def shown(self, kind: str) -> tuple[Evidence, ...]:
        return tuple(Evidence(e.source, e.id, e.kind, e.on) for e in self.exhibits if e.kind == kind)

    def applies(self, node: str) -> bool:
        definition = self.state.flow.tracked.get(node)
        return definition is not None and definition.applies(self.state.flow_facts)


def checklist(guard: str, asked: Asked) -> Checklist:
    """Raises KeyError for a guard there is none of."""
    return Checklist(guard, tuple(_GUARDS[guard](asked)))


def _final_round(asked: Asked) -> Iterable[Condition]:
    """终本规定1: all five; and the applicant told and heard (终本规定5)."""
    yield _of("notice_and_report", asked, _notice_and_report(asked))
    yield _of("restricted", asked, _restricted(asked))
    yield _of("means_exhausted", asked, _means_exhausted(asked))
    yield _three_months(asked)
    yield _of("debtor_sought", asked, _debtor_sought(asked))
    heard = asked.shown(APPLICANT_HEARD) + asked.told("panel_approved")
    yield Condition("applicant_heard", heard, () if heard else ("applicant_heard",))


Wants = Iterable[tuple[str, tuple[str, ...]]]
"""What is wanted by its name, each with the events of which one must have occurred."""


def _of(code: str, asked: Asked, wanted: Wants) -> Condition:
    evidence, wants = list[Evidence](), list[str]()
    for name, keys in wanted:
        found = asked.told(*keys)
        evidence += found
        if not found:
            wants.append(name)
    return Condition(code, tuple(dict.fromkeys(evidence)), tuple(wants))


def _notice_and_report(asked: Asked) -> Wants:
    yield "execution_notice", ("execution_notice_sent",)
    if asked.applies("property_report_order"):
        yield "report_order", ("report_order_sent",)
        if asked.told("report_received", "report_reviewed"):
            yield "report_checked", ("report_reviewed",)
        else:
            yield "report_refusal_punished", _PUNISHED


def _restricted(asked: Asked) -> Wants:
    yield "restriction_order", ("restriction_issued",)
    if asked.told("listing_application_received"):
        yield "dishonest_list_decided", ("listing_decided",)


def _means_exhausted(asked: Asked) -> Wants:
    yield "network_inquiry", ("inquiry_sent",)
    yield "feedback_checked", ("feedback_reviewed",)
    if _has_open_clue(asked):
        yield "clues_checked", ()
    if asked.told("investigation_requested"):
        yield "site_investigated", ("field_action_started",)
    if asked.told("concealment_found") or asked.state.flow_facts.get("conceals_property") is True:
        yield "searched", ("search_done",)
    if asked.told("written_application_received"):
        yield "audit_or_reward_decided", ("decision_made",)
    yield "no_property_concluded", ("no_property_concluded",)
    if _found_since(asked):
        yield "property_found_since", ()


def _has_open_clue(asked: Asked) -> bool:
    """A clue is checked in its own chain."""
    chains = [{e.chain for e in asked.state.events if e.key == key} for key in ("clue_submitted", "clue_verified")]
    return bool(chains[0] - chains[1])


def _found_since(asked: Asked) -> bool:
    concluded = [each.on for each in asked.told("no_property_concluded") if each.on]
    found = [each.on for each in asked.told("property_confirmed", "property_found", "control_effective") if each.on]
    return bool(concluded and found) and max(found) > max(concluded)


def _three_months(asked: Asked) -> Condition:
    """More than three months since filing: the flow's own minimum, else three months."""
    filed = asked.told("case_filed")
    node = asked.state.flow.tracked.get(NODES[FINAL_ROUND])
    limit = node.minimum.get("") if node else None
    first = min((each.on for each in filed if each.on), default=None)
    opens = earliest(limit or Limit(3, Unit.MONTHS), first) if first else None
    is_over = opens is not None and asked.on >= opens
    return Condition("three_months", filed[:1], () if is_over else ("three_months",), opens)


def _debtor_sought(asked: Asked) -> Wants:
    yield "debtor_questioned_or_sought", ("interview_done", "debtor_untraceable_recorded")
    if (
        asked.shown(RESISTANCE)
        or asked.told("crime_suspected")
        or asked.state.flow_facts.get("crime_suspected") is True
    ):
        yield "obstruction_punished_or_referred", _PUNISHED


def _auction(guard: str, begun: str) -> "Callable[[Asked], Iterable[Condition]]":
    def conditions(asked: Asked) -> Iterable[Condition]:
        notices = asked.told(begun, chain=asked.chain)
        yield Condition("notice_published", notices, () if notices else (begun,))
        opens = _notice_ran(asked, guard, max((each.on for each in notices if each.on), default=None))
        is_over = opens is not None and asked.on >= opens
        yield Condition("notice_ran", notices, () if is_over else ("notice_ran",), opens)

    return conditions


def _notice_ran(asked: Asked, guard: str, published: date | None) -> date | None:
    node = asked.state.flow.tracked.get(NODES[guard])
    if node is None or published is None:
        return published
    facts = {**asked.state.flow_facts, **asked.state.chain_facts.get(asked.chain, {})}
    kind = asked.property_kind or facts.get("sale_class") or variant_of(node, facts)
    limits = [node.minimum[kind]] if kind in node.minimum else list(node.minimum.values())
    return max((earliest(limit, published) for limit in limits), default=published)


def _search(asked: Asked) -> Iterable[Condition]:
    """民诉法259: the warrant signed by the president."""
    warrants = asked.shown(WARRANT)
    yield Condition("search_warrant", warrants, () if warrants else ("search_warrant",))


def _vacate(asked: Asked) -> Iterable[Condition]:
    """民诉法261: a notice signed by the president that names a time to leave, and that time over."""
    notices = asked.shown(EVICTION_NOTICE)
    yield Condition("eviction_notice", notices, () if notices else ("eviction_notice",))
    last = max((notice.on for notice in notices if notice.on), default=None)
    opens = last + timedelta(days=1) if last else None
    is_over = opens is not None and asked.on >= opens
    yield Condition("time_to_leave_over", notices, () if is_over else ("time_to_leave",), opens)


_GUARDS: Mapping[str, Callable[[Asked], Iterable[Condition]]] = {
    FINAL_ROUND: _final_round,
    FIRST_AUCTION: _auction(FIRST_AUCTION, "auction_notice_published"),
    SECOND_AUCTION: _auction(SECOND_AUCTION, "auction_failed"),
    SEARCH: _search,
    VACATE: _vacate,
}
GUARDS = tuple(_GUARDS)
