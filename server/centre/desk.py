"""The desk's left side: counters, and a page of cases by stage, worst first. As many queries for any court."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, QuerySet
from django.utils.translation import gettext as _

from server.cases.access import cases_visible_to
from server.cases.counting import as_moment
from server.cases.levels import Level, Term, level_at, turns, warning_level
from server.cases.models import Case, FlowVersion, Node
from server.cases.queries import cases_found, holders_of
from server.centre.care import Place, at_level, behind, level_of_care, with_care
from server.centre.desk_filters import Filters
from server.centre.language import content_language
from server.centre.states import Look, level_look, pending_look, running_look
from server.common.clock import now
from server.evidence.models import Promise
from server.people.models import Officer
from server.sync.models import Review

ROWS_AT_ONCE = 200
COUNTED_LEVELS = (Level.SEVERE, Level.OVERDUE, Level.DUE, Level.WARN, Level.NOTICE)


@dataclass(frozen=True, slots=True)
class Row:
    id: UUID
    case_no: str
    cause: str
    holder: str
    due_on: date | None
    node_name: str
    look: Look


@dataclass(frozen=True, slots=True)
class StageGroup:
    key: str
    name: str
    rows: list[Row]
    look: Look
    total: int
    """On all pages of the list."""


@dataclass(frozen=True, slots=True)
class Counters:
    """Of all open cases the officer may read, whatever the list is narrowed to. A case counts by its worst level."""

    levels: dict[Level, int]
    parked: int
    files_outstanding: int

    @property
    def tiles(self) -> list[tuple[Level, Look, int]]:
        return [(level, level_look(level), self.levels.get(level, 0)) for level in COUNTED_LEVELS]

    @property
    def total(self) -> int:
        return sum(self.levels.values())


@dataclass(frozen=True, slots=True)
class CaseList:
    """One page of the list, and of what it is a part."""

    groups: list[StageGroup]
    shown: int
    total: int
    next: Place | None


@dataclass(frozen=True, slots=True)
class FlowNames:
    """Names and limit kinds of one frozen flow, in the reader's language."""

    stages: dict[str, str]
    nodes: dict[str, str]
    statutory: frozenset[str]
    chains: Mapping[str, str] = field(default_factory=dict)
    """Of what the case at hand holds several of, such as its properties."""
    running_on: frozenset[str] | None = None
    """Of the case at hand, once it is closed, what goes on; None while everything does."""

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> "FlowNames":
        language = content_language()
        stages = {stage["stage"]: stage.get(language) or stage["zh"] for stage in document["stages"]}
        tracked = [*document["case_clock"], *(node for stage in document["stages"] for node in stage["nodes"])]
        nodes = {node["key"]: node.get(language) or node["zh"] for node in tracked}
        statutory = frozenset(node["key"] for node in tracked if node.get("kind") == "statutory")
        return cls(stages, nodes, statutory)

    def after(self, earlier: "FlowNames") -> "FlowNames":
        """With the names that only the earlier one knows, at the end."""
        stages = {**self.stages, **earlier.stages, **self.stages}
        return replace(self, stages=stages, nodes={**earlier.nodes, **self.nodes})


def flow_names() -> dict[int, FlowNames]:
    """The newest flow last: its names and its order stand on a desk that shows several.

    Each knows the names of earlier versions too, for what a case brought along when it was moved.
    """
    found: dict[int, FlowNames] = {}
    latest: dict[str, FlowNames] = {}
    for flow in FlowVersion.objects.order_by("pk"):
        names = FlowNames.of(flow.document)
        latest[flow.key] = found[flow.pk] = names.after(latest.get(flow.key, names))
    return found


def stage_names() -> dict[str, str]:
    """Of all flows, in the order of the newest."""
    return {key: name for flow in flow_names().values() for key, name in flow.stages.items()}


def has_ended(node: Node, names: FlowNames) -> bool:
    """With the closing of its case: nothing of it is late any more."""
    return names.running_on is not None and node.key not in names.running_on


def level_of(node: Node, names: FlowNames, today: date) -> Level:
    if has_ended(node, names) or node.state != Node.State.RUNNING or node.started_on is None:
        return Level.NORMAL
    if node.due_at is not None:
        return level_at(turns(_term(node, names)), now())
    return warning_level(
        started_on=node.started_on, due_on=node.due_on, today=today, is_statutory=node.key in names.statutory
    )


def since_of(node: Node, names: FlowNames) -> datetime | None:
    """When its level began; none where no turn has come."""
    if node.started_on is None:
        return None
    at = now()
    return max((turn.at for turn in turns(_term(node, names)) if turn.at <= at), default=None)


def _term(node: Node, names: FlowNames) -> Term:
    assert node.started_on is not None
    event = node.start_event if node.due_at else None  # of a limit in days nothing hangs on the hour
    begun = event.occurred_at if event else as_moment(node.started_on)
    return Term(begun, node.due_on, node.key in names.statutory, node.started_on, node.due_at)


def worst_of(nodes: Sequence[Node], names: FlowNames, today: date) -> Node | None:
    """The running node of the worst level; of several the one whose limit ends first."""
    running = [node for node in nodes if node.state == Node.State.RUNNING]
    care = {node.pk: (level_of(node, names, today).rank, -(node.due_on or date.max).toordinal()) for node in running}
    return max(running, key=lambda node: care[node.pk], default=None)


@dataclass(frozen=True, slots=True)
class Tally:
    """How many cases at each level, and in each stage."""

    levels: dict[Level, int]
    stages: dict[str, int]

    @classmethod
    def of(cls, cases: QuerySet[Any, Any]) -> "Tally":
        levels: Counter[Level] = Counter()
        stages: Counter[str] = Counter()
        for care, stage, number in cases.order_by().values_list("care", "stage").annotate(number=Count("pk")):
            levels[level_of_care(care)] += number
            stages[stage] += number
        return cls(dict(levels), dict(stages))


def desk(officer: Officer, filters: Filters, today: date) -> tuple[CaseList, Counters]:
    flows = flow_names()
    statutory = [(flow_id, flow.statutory) for flow_id, flow in flows.items()]
    visible = cases_visible_to(officer).exclude(status=Case.Status.CLOSED)
    counted = Tally.of(with_care(cases_found(visible), today, statutory))
    counters = Counters(counted.levels, *_waiting(visible))
    if filters.by:
        return CaseList([], 0, sum(counted.stages.values()), None), counters
    chosen = filters.of_people(visible, officer)
    found = with_care(cases_found(chosen, stage=filters.stage, words=filters.words), today, statutory)
    if filters.level:
        found = found.filter(at_level(filters.level))
    tally = Tally.of(found) if filters.narrowed else counted
    return _list(found, filters, flows, tally, today), counters


def _list(
    found: QuerySet[Any, Any], filters: Filters, flows: Mapping[int, FlowNames], tally: Tally, today: date
) -> CaseList:
    following = found.filter(behind(filters.after)) if filters.after else found
    columns = ("pk", "case_no", "cause", "flow_id", "stage", "care")
    cases = list(following.order_by("-care", "pk").values_list(*columns, named=True)[: ROWS_AT_ONCE + 1])
    page = cases[:ROWS_AT_ONCE]
    named = {key: name for flow in flows.values() for key, name in flow.stages.items()}
    rows = _rows(page, flows, today)
    groups = [
        StageGroup(key, name, rows[key], rows[key][0].look, tally.stages[key])
        for key, name in [*named.items(), ("", _("Not begun"))]
        if key in rows
    ]
    next_place = Place(page[-1].care, page[-1].pk) if len(cases) > len(page) else None
    return CaseList(groups, len(page), sum(tally.stages.values()), next_place)


def _rows(cases: Sequence[Any], flows: Mapping[int, FlowNames], today: date) -> dict[str, list[Row]]:
    """By stage, in the order given."""
    ids = [case.pk for case in cases]
    holders = holders_of(ids)
    running: dict[UUID, list[Node]] = defaultdict(list)
    for node in Node.objects.filter(case_id__in=ids, state=Node.State.RUNNING):
        running[node.case_id].append(node)
    rows: dict[str, list[Row]] = defaultdict(list)
    for case in cases:
        row = _row(case, running[case.pk], flows[case.flow_id], holders.get(case.pk, ""), today)
        rows[case.stage].append(row)
    return rows


def _row(case: Any, running: list[Node], flow: FlowNames, holder: str, today: date) -> Row:
    """A case wears the worst level of its running nodes."""
    worst = worst_of(running, flow, today)
    if worst is None:
        return Row(case.pk, case.case_no, case.cause, holder, None, "", pending_look())
    look = running_look(level_of(worst, flow, today), worst.due_on, today)
    return Row(case.pk, case.case_no, case.cause, holder, worst.due_on, flow.nodes.get(worst.key, worst.key), look)


def _waiting(cases: QuerySet[Case]) -> tuple[int, int]:
    ids = cases.values("pk")
    parked = Review.objects.filter(subject_id__in=ids, state=Review.State.OPEN).count()
    outstanding = Promise.objects.filter(subject_id__in=ids).exclude(state=Promise.State.VERIFIED).count()
    return parked, outstanding
