"""The desk's left side: counters and cases by stage, worst first. A fixed number of queries for any court."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import get_language

from server.cases.access import cases_visible_to
from server.cases.levels import Level, warning_level
from server.cases.models import Assignment, Case, FlowVersion, Node
from server.centre.states import Look, level_look, pending_look, running_look
from server.evidence.models import Promise
from server.people.models import Officer
from server.sync.models import Review

LISTED_AT_MOST = 500


@dataclass(frozen=True, slots=True)
class Filters:
    """What stands in the address; every value is optional."""

    stage: str = ""
    level: str = ""
    words: str = ""

    @classmethod
    def of(cls, query: Mapping[str, str]) -> "Filters":
        return cls(query.get("stage", "")[:40], query.get("level", "")[:20], query.get("q", "")[:60].strip())


@dataclass(frozen=True, slots=True)
class Row:
    id: UUID
    case_no: str
    cause: str
    holder: str
    level: Level
    due_on: date | None
    node_name: str
    look: Look


@dataclass(frozen=True, slots=True)
class StageGroup:
    key: str
    name: str
    rows: list[Row]
    look: Look


@dataclass(frozen=True, slots=True)
class Counters:
    levels: dict[Level, int]
    parked: int
    files_outstanding: int
    cases: int

    @property
    def tiles(self) -> list[tuple[Level, Look, int]]:
        wanted = (Level.SEVERE, Level.OVERDUE, Level.DUE, Level.WARN, Level.NOTICE)
        return [(level, level_look(level), self.levels.get(level, 0)) for level in wanted]


@dataclass(frozen=True, slots=True)
class FlowNames:
    """Names and limit kinds of one frozen flow, in the reader's language."""

    stages: dict[str, str]
    nodes: dict[str, str]
    statutory: frozenset[str]

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> "FlowNames":
        language = "en" if (get_language() or "").startswith("en") else "zh"
        stages = {stage["stage"]: stage.get(language) or stage["zh"] for stage in document["stages"]}
        tracked = [*document["case_clock"], *(node for stage in document["stages"] for node in stage["nodes"])]
        nodes = {node["key"]: node.get(language) or node["zh"] for node in tracked}
        statutory = frozenset(node["key"] for node in tracked if node.get("kind") == "statutory")
        return cls(stages, nodes, statutory)


def flow_names(flow_ids: set[int]) -> dict[int, FlowNames]:
    return {flow.pk: FlowNames.of(flow.document) for flow in FlowVersion.objects.filter(pk__in=flow_ids)}


def level_of(node: Node, names: FlowNames, today: date) -> Level:
    if node.state != Node.State.RUNNING or node.started_on is None:
        return Level.NORMAL
    return warning_level(
        started_on=node.started_on, due_on=node.due_on, today=today, is_statutory=node.key in names.statutory
    )


def holders_of(case_ids: Sequence[UUID]) -> dict[UUID, str]:
    rows = Assignment.objects.filter(subject_id__in=case_ids, ended_at=None).select_related("group", "officer")
    return {row.subject_id: (row.group.name if row.group else row.officer.name if row.officer else "") for row in rows}


def listed_cases(officer: Officer, filters: Filters) -> QuerySet[Case]:
    cases = cases_visible_to(officer).exclude(status=Case.Status.CLOSED)
    if filters.words:
        cases = cases.filter(case_no__contains=filters.words) | cases.filter(parties__name__contains=filters.words)
    return cases.distinct().order_by("-filed_on", "id")


def desk(officer: Officer, filters: Filters, today: date) -> tuple[list[StageGroup], Counters]:
    cases = list(listed_cases(officer, filters)[:LISTED_AT_MOST])
    ids = [case.pk for case in cases]
    names = flow_names({case.flow_id for case in cases})
    running: dict[UUID, list[Node]] = defaultdict(list)
    for node in Node.objects.filter(case_id__in=ids, state=Node.State.RUNNING).order_by("ordinal"):
        running[node.case_id].append(node)
    holders = holders_of(ids)
    levels: Counter[Level] = Counter()
    groups: dict[str, list[Row]] = defaultdict(list)
    stage_names: dict[str, str] = {}
    for case in cases:
        flow = names[case.flow_id]
        stage_names |= flow.stages
        levels.update(level_of(node, flow, today) for node in running[case.pk])
        stage, row = _row(case, running[case.pk], flow, holders.get(case.pk, ""), today)
        if _is_wanted(row, stage, filters):
            groups[stage].append(row)
    counters = Counters(dict(levels), *_waiting(ids), len(cases))
    ordered = [_group(key, name, groups[key]) for key, name in stage_names.items() if groups.get(key)]
    return ordered, counters


def _row(case: Case, running: list[Node], flow: FlowNames, holder: str, today: date) -> tuple[str, Row]:
    """A case stands in the stage of its earliest running node and wears its worst level."""
    if not running:
        return next(iter(flow.stages)), Row(
            case.pk, case.case_no, case.cause, holder, Level.NORMAL, None, "", pending_look()
        )
    worst = max(running, key=lambda node: (level_of(node, flow, today).rank, -(node.due_on or date.max).toordinal()))
    level = level_of(worst, flow, today)
    look = running_look(level, worst.due_on, today)
    row = Row(
        case.pk, case.case_no, case.cause, holder, level, worst.due_on, flow.nodes.get(worst.key, worst.key), look
    )
    # The clocks of the whole case run as well, in no stage.
    stage = next((node.stage for node in running if node.stage in flow.stages), next(iter(flow.stages)))
    return stage, row


def _is_wanted(row: Row, stage: str, filters: Filters) -> bool:
    return filters.stage in ("", stage) and filters.level in ("", row.level)


def _group(key: str, name: str, rows: list[Row]) -> StageGroup:
    rows.sort(key=lambda row: (-row.level.rank, row.due_on or date.max, row.case_no))
    return StageGroup(key, name, rows, rows[0].look)


def _waiting(case_ids: Sequence[UUID]) -> tuple[int, int]:
    parked = Review.objects.filter(subject_id__in=case_ids, state=Review.State.OPEN).count()
    outstanding = Promise.objects.filter(subject_id__in=case_ids).exclude(state=Promise.State.VERIFIED).count()
    return parked, outstanding
