"""When a node is due, from its definition and what is known of its case. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, NamedTuple

from server.cases.citing import cited
from server.cases.clock import Terms, due, earlier_of, earliest, opens_on, recurring
from server.cases.counting import as_day
from server.cases.explanation import Due, step
from server.cases.extensions import Extension, prolonged
from server.cases.flow import NodeDefinition
from server.cases.limits import Limit
from server.cases.pauses import DEFAULT_POLICY, HOLD, Pause, Point, reasons_counted
from server.cases.work_calendar import WorkCalendar


def _no_starts() -> Mapping[str, Point]:
    return {}


@dataclass(frozen=True)
class Situation:
    """What is known of one node of one case; every member is optional but for the start."""

    started: Point | None = None
    """When the event that starts the node occurred, in the field."""
    start_event: str = ""
    events: Mapping[str, Point] = field(default_factory=_no_starts)
    """When the events occurred that limits with a start of their own count from."""
    variant: str = ""
    """The method or kind that `variants` and `minimum` go by, such as APPRAISAL or movable."""
    is_urgent: bool = False
    pauses: Sequence[Pause] = ()
    policy: str = DEFAULT_POLICY
    is_held: bool = False
    """What it disposes of is claimed by a third party: it rests, also where it has no period."""
    stopped: Point | None = None
    times_extended: int = 0
    """How often `extend` of the limit was granted."""
    extensions: Sequence[Extension] = ()
    """Those granted. They count by their dates where the limit does not say itself by how much it is extended."""
    recurrences_done: int = 0
    round_ended_on: date | None = None
    """When the last of them was done."""
    flow_id: str = ""


@dataclass(frozen=True)
class NodeDue:
    due: Due
    internal: Due | None = None
    """The court's own, shorter limit: a management matter."""
    earliest_on: date | None = None
    """The node may not be done before this day."""


def node_due(node: NodeDefinition, situation: Situation, calendar: WorkCalendar) -> NodeDue:
    """All dates of a node, each with its explanation. Without a start that is known there is no date."""
    terms = terms_of(node, situation, calendar)
    chosen = chosen_limit(node, situation)
    found = _of_limit(node, chosen, situation, terms)
    for name, limit in (("outer_limit", node.outer_limit), ("alt_limit", node.alt_limit)):
        other = _from_its_start(limit, situation, terms)
        if limit is not None and other is not None:
            event = limit.start or situation.start_event
            found = earlier_of(found, other.explained(step("by", name=name, event=event)))
    if chosen.extension is None:
        found = prolonged(found, situation.extensions, terms)
    internal = node.internal_limit and _from_its_start(node.internal_limit, situation, terms)
    return NodeDue(_founded(node, found, situation), internal or None, _earliest(node, situation))


class NodeDates(NamedTuple):
    """What the row of a node holds of its dates."""

    due_on: date | None = None
    """For hours the day of `due_at`. Empty for a window (`wait`): nobody is late."""
    due_at: datetime | None = None
    earliest_on: date | None = None
    """What is to be done, or for a window what it opens, may not be done before this day."""
    is_provisional: bool = False
    computed_with: str = ""
    """The versions of the flow and of the calendar with which they last came out otherwise."""
    is_paused: bool = False
    """The clock stands still: nothing is due until it goes on."""

    def same_as(self, other: "NodeDates") -> bool:
        return self._replace(computed_with="") == other._replace(computed_with="")


NO_DATES = NodeDates()


def node_dates(node: NodeDefinition, situation: Situation, calendar: WorkCalendar) -> NodeDates:
    return row_dates(node_due(node, situation, calendar), situation, calendar)


def row_dates(found: NodeDue, situation: Situation, calendar: WorkCalendar) -> NodeDates:
    due, computed_with = found.due, f"{situation.flow_id} {calendar.version}".strip()
    is_paused = situation.is_held or not due.is_running
    if due.is_wait:
        return NodeDates(None, None, opens_on(due), due.is_provisional, computed_with, is_paused)
    due_on = as_day(due.due_at) if due.due_at else due.due_on
    return NodeDates(due_on, due.due_at, found.earliest_on, due.is_provisional, computed_with, is_paused)


def variant_of(node: NodeDefinition, facts: Mapping[str, Any]) -> str:
    """The value of a fact of the case that names a variant or a kind of this node; empty without one."""
    named = node.variants.keys() | node.minimum.keys()
    return next((value for value in facts.values() if isinstance(value, str) and value in named), "")


def terms_of(node: NodeDefinition, situation: Situation, calendar: WorkCalendar) -> Terms:
    return Terms(
        calendar,
        pauses=tuple(situation.pauses),
        reasons=reasons_counted(node.pause, situation.policy) | {HOLD},
        is_pausable=node.is_pausable,
        rolls=node.rolls,
        stopped=situation.stopped,
    )


def chosen_limit(node: NodeDefinition, situation: Situation) -> Limit:
    """By kind, else the urgent one, else the usual one; longer by what was granted."""
    usual = node.urgent_limit if situation.is_urgent and node.urgent_limit else node.limit
    limit = node.variants.get(situation.variant, usual)
    if limit.n is None or limit.extension is None:
        return limit
    times = min(situation.times_extended, limit.extension.times)
    return replace(limit, n=limit.n + times * limit.extension.n)


def _of_limit(node: NodeDefinition, limit: Limit, situation: Situation, terms: Terms) -> Due:
    started = situation.events.get(limit.start) if limit.start else situation.started
    if started is None:
        return Due(steps=(step("not_started"),))
    if not limit.is_recurring:
        return due(limit, started, terms)
    dates = recurring(limit, started, terms)
    following = (each for number, each in enumerate(dates) if number >= situation.recurrences_done)
    found = next(following, Due(steps=(step("recurred_for_the_last_time"),)))
    ended_on = situation.round_ended_on
    return found.explained(step("round_done", day=ended_on)) if ended_on else found


def _from_its_start(limit: Limit | None, situation: Situation, terms: Terms) -> Due | None:
    """None without such a limit, or before the event that starts it."""
    if limit is None:
        return None
    started = situation.events.get(limit.start) if limit.start else situation.started
    return None if started is None else due(limit, started, terms)


def _founded(node: NodeDefinition, found: Due, situation: Situation) -> Due:
    """With the event it began with, its basis as cited on that day, and the version of the flow."""
    on = as_day(situation.started) if situation.started else None
    citation = cited(node.basis, on) if on else None
    basis = step(
        "basis",
        cited=citation.text if citation else node.basis,
        law_version=citation.law_version if citation else "",
        kind=node.kind,
        grade=node.conf,
    )
    event = step("start_event", event=situation.start_event)
    opens = opens_on(found) if found.is_wait else None
    steps = (
        *((event,) if situation.start_event else ()),
        *((step("variant", variant=situation.variant),) if situation.variant in node.variants else ()),
        *found.steps,
        *((step("opens", day=opens),) if opens else ()),
        basis,
    )
    return replace(found, steps=(*steps, *((step("flow", version=situation.flow_id),) if situation.flow_id else ())))


def _earliest(node: NodeDefinition, situation: Situation) -> date | None:
    limit = node.minimum.get(situation.variant, node.minimum.get(""))
    if limit is None:
        return None
    started = situation.events.get(limit.start) if limit.start else situation.started
    return earliest(limit, started) if started else None
