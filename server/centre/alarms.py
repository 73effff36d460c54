"""The desk's list by cause: what is late or about to be, a hundred of them as a few groups; what is muted stands apart.

As of the last pass over the levels, which is what warnings are given by. As many queries for any number.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Case as Choice
from django.db.models import Count, F, Min, Q, QuerySet, When, Window
from django.db.models.functions import RowNumber

from server.cases.access import cases_visible_to
from server.cases.levels import Level
from server.cases.models import Case, Node
from server.cases.queries import cases_found, holders_of
from server.centre.causes import cause_name
from server.centre.desk import FlowNames, flow_names, since_of
from server.centre.desk_filters import Filters
from server.centre.errand_alarms import ErrandGroup, errand_groups, errand_total
from server.centre.states import Look, level_look, running_look
from server.duty.decide import NEVER_MUTED, Hush, covering, is_mutable
from server.duty.models import Acknowledgement, Mute
from server.duty.queries import answers, hushes, is_answered, standing_mutes
from server.people.models import Officer
from server.supervision.queries import warned_nodes
from server.sync.models import Review

ROWS_AT_ONCE = 200
ROWS_IN_GROUP = 5
"""Of each, unless the list is narrowed to one."""
LEVELS = (Level.SEVERE, Level.OVERDUE, Level.DUE, Level.WARN, Level.NOTICE)


@dataclass(frozen=True, slots=True)
class Alarm:
    """One case in a group; several nodes of one cause, as of several properties, are one row."""

    case_id: UUID
    case_no: str
    court: str
    holder: str
    look: Look
    since: datetime | None
    """When it came to this level."""
    number: int = 1
    until: datetime | None = None
    """Of a muted one."""
    answer: Acknowledgement | None = None


@dataclass(slots=True)
class Group:
    cause: str
    level: Level
    name: str
    look: Look
    total: int
    """Cases, on all pages."""
    waiting: int
    """Those of them that nobody at this desk has acknowledged."""
    oldest: int
    """Days past or to go of the one due first: negative before its day."""
    due_on: date | None
    """Of that one."""
    may_mute: bool
    rows: list[Alarm] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Waiting:
    """Acts to review, by the cause that made them wait."""

    cause: str
    name: str
    total: int


@dataclass(frozen=True, slots=True)
class AlarmList:
    groups: list[Group]
    muted: list[Alarm]
    mutes: list[Mute]
    waiting: list[Waiting]
    errands: list[ErrandGroup]
    total: int
    """Cases times causes, and errands: what is heard."""
    cause_name: str
    """Of the cause the list is narrowed to."""


def alarm_list(reader: Officer, filters: Filters, today: date) -> AlarmList:
    flows = flow_names()
    mutes = standing_mutes(reader)
    quiet = hushes(mutes)
    nodes = _found(reader, filters)
    heard = nodes.exclude(_covered(quiet)) if quiet else nodes
    groups = _groups(heard.annotate(answered=is_answered(reader)), flows, today)
    shown = list(_first(heard, ROWS_AT_ONCE if filters.cause else ROWS_IN_GROUP)[:ROWS_AT_ONCE])
    rows = _merged(shown, answers(reader, shown), flows, today)
    for group in groups:
        group.rows = rows.get((group.cause, group.level), [])
    is_whole = not filters.narrowed.keys() - {"level"}
    errands = errand_groups(reader, today, filters.level or "") if is_whole else []
    return AlarmList(
        groups=groups,
        muted=_muted(nodes, quiet, flows, today) if quiet else [],
        mutes=mutes,
        waiting=[] if filters.narrowed else _waiting(reader),
        errands=errands,
        total=sum(group.total for group in groups) + sum(group.total for group in errands),
        cause_name=_name(flows.values(), filters.cause) if filters.cause else "",
    )


def _found(reader: Officer, filters: Filters) -> QuerySet[Node]:
    nodes = warned_nodes(reader, level=filters.level or "").select_related("start_event", "case__court")
    if filters.cause:
        nodes = nodes.filter(key=filters.cause)
    if not filters.narrowed.keys() - {"level", "cause"}:
        return nodes
    chosen = filters.of_people(cases_visible_to(reader), reader)
    return nodes.filter(case__in=cases_found(chosen, stage=filters.stage, words=filters.words).values("pk"))


def _ranked(nodes: QuerySet[Node]) -> QuerySet[Node]:
    ranks = [When(level=level, then=level.rank) for level in Level]
    return nodes.order_by(Choice(*ranks, default=0).desc(), "due_on", "pk")


def _first(nodes: QuerySet[Node], most: int) -> QuerySet[Node]:
    """So many of each group, those due first."""
    place = Window(RowNumber(), partition_by=[F("key"), F("level")], order_by=["due_on", "pk"])
    return _ranked(nodes.annotate(place=place).filter(place__lte=most))


def _covered(quiet: Sequence[Hush]) -> Q:
    """`duty.decide.covering`, said to the database."""
    covered = Q()
    for hush in quiet:
        levels = [level.value for level in Level if level.rank <= hush.level.rank]
        about = Q(level__in=levels) & (Q(key=hush.cause) if hush.cause else ~Q(key__in=NEVER_MUTED))
        covered |= about & Q(case_id=hush.case_id) if hush.case_id else about
    return covered


def _groups(nodes: QuerySet[Node], flows: Mapping[int, FlowNames], today: date) -> list[Group]:
    cases, waiting = Count("case", distinct=True), Count("case", distinct=True, filter=Q(answered=False))
    counted = nodes.order_by().values_list("key", "level").annotate(total=cases, waiting=waiting, first=Min("due_on"))
    groups = [_group(flows, today, *row) for row in counted]
    return sorted(groups, key=lambda group: (-group.level.rank, -group.oldest, group.cause))


def _group(
    flows: Mapping[int, FlowNames], today: date, key: str, level: str, total: int, waiting: int, due_on: date | None
) -> Group:
    name, oldest = _name(flows.values(), key), (today - due_on).days if due_on else 0
    return Group(key, Level(level), name, level_look(Level(level)), total, waiting, oldest, due_on, is_mutable(key))


def _name(flows: Iterable[FlowNames], key: str) -> str:
    """As the newest flow that knows it says."""
    return next((flow.nodes[key] for flow in reversed(list(flows)) if key in flow.nodes), key)


def _merged(
    nodes: Sequence[Node], answered: Mapping[UUID, Acknowledgement], flows: Mapping[int, FlowNames], today: date
) -> dict[tuple[str, Level], list[Alarm]]:
    """By cause and level, one row a case: its first due."""
    holders = holders_of([node.case_id for node in nodes])
    number = Counter((node.key, node.level, node.case_id) for node in nodes)
    rows: dict[tuple[str, Level], list[Alarm]] = defaultdict(list)
    for node in {(each.key, each.level, each.case_id): each for each in reversed(nodes)}.values():
        many = number[node.key, node.level, node.case_id]
        row = replace(_alarm(node, flows, holders, today, many), answer=answered.get(node.pk))
        rows[node.key, Level(node.level)].insert(0, row)
    return rows


def _alarm(
    node: Node, flows: Mapping[int, FlowNames], holders: Mapping[UUID, str], today: date, number: int = 1
) -> Alarm:
    case, level = node.case, Level(node.level)
    look = running_look(level, node.due_on, today)
    since = since_of(node, flows[case.flow_id])
    return Alarm(case.pk, case.case_no, case.court.name, holders.get(case.pk, ""), look, since, number)


def _muted(nodes: QuerySet[Node], quiet: Sequence[Hush], flows: Mapping[int, FlowNames], today: date) -> list[Any]:
    """Each with its cause, and until when."""
    found = []
    for node in _ranked(nodes.filter(_covered(quiet)))[:ROWS_AT_ONCE]:
        hush = covering(quiet, cause=node.key, case_id=node.case_id, level=Level(node.level))
        look = running_look(Level(node.level), node.due_on, today)
        name = _name(flows.values(), node.key)
        found.append(Alarm(node.case_id, node.case.case_no, name, "", look, None, until=hush.until if hush else None))
    return found


def _waiting(reader: Officer) -> list[Waiting]:
    visible = cases_visible_to(reader).exclude(status=Case.Status.CLOSED).values("pk")
    rows = Review.objects.filter(subject_id__in=visible, state=Review.State.OPEN)
    counted = rows.order_by().values_list("cause").annotate(number=Count("pk"))
    return sorted((Waiting(key, cause_name(key), total) for key, total in counted), key=lambda each: -each.total)


def alarm_total(reader: Officer) -> int:
    """What the list by cause would hold, for the tab."""
    nodes, quiet = warned_nodes(reader), hushes(standing_mutes(reader))
    heard = nodes.exclude(_covered(quiet)) if quiet else nodes
    return heard.order_by().values("key", "level", "case").distinct().count() + errand_total(reader)
