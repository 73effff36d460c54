"""Warnings: a pass over the levels of few nodes among many, beside reading and writing just those rows."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from time import perf_counter, process_time
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import F

from bench.city import City, found_city
from bench.meters import cpu_of_tree
from bench.place import Place, is_durable
from bench.report import Report, rounded
from server.cases.flow import NodeDefinition
from server.cases.models import Case, FlowVersion, Grant, Node
from server.cases.queries import flow_of
from server.cases.services import write_levels
from server.cases.services.events import insert_nodes
from server.cases.states import HeldNode, unstarted
from server.common.clock import set_clock
from server.supervision.services import watch_levels

TODAY = date(2026, 11, 2)
FAR = TODAY + timedelta(days=3000)
"""Where nodes are due that nothing happens to."""


@dataclass(frozen=True)
class Size:
    cases: tuple[int, ...] = (1_000, 10_000)
    nodes_each: int = 20
    changed: tuple[int, ...] = (0, 10, 100, 1_000)
    rounds: int = 5


TINY = Size(cases=(3, 6), nodes_each=4, changed=(0, 2, 8), rounds=1)


@dataclass
class Found:
    """Of one pass."""

    cpu: list[float] = field(default_factory=list)
    db_cpu: float = 0.0
    seconds: list[float] = field(default_factory=list)
    queries: int = 0

    @property
    def figures(self) -> dict[str, float]:
        passes = len(self.cpu)
        return {
            "cpu_ms": rounded(sum(self.cpu) / passes * 1000),
            "db_cpu_ms": rounded(self.db_cpu / passes * 1000),
            "ms": rounded(sum(self.seconds) / passes * 1000),
            "queries": self.queries,
        }

    @property
    def both(self) -> float:
        return (sum(self.cpu) + self.db_cpu) / len(self.cpu)


class Bench:
    def __init__(self, place: Place, size: Size) -> None:
        self.place, self.size = place, size
        self.city: City = found_city(1)
        self.ids: list[UUID] = []
        self._cases = 0
        self._day = TODAY
        self._came_due: Sequence[UUID] = ()
        self.at(TODAY)

    def at(self, day: date) -> None:
        moment = datetime(day.year, day.month, day.day, 4, tzinfo=UTC)
        set_clock(lambda: moment)

    def grow(self, cases: int) -> Found:
        """Up to so many cases; what the first pass over the new ones came to."""
        with transaction.atomic():
            self.ids += _add_cases(self.city, range(self._cases, cases), self.size.nodes_each)
        self._cases = cases
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        return self.passes([lambda: None])

    def moved(self, number: int) -> Found:
        """Nodes that moved, each in a case of its own as far as there are enough, to dates that ask for nobody."""
        nodes = self.ids[:: self.size.nodes_each] + self.ids[1 :: self.size.nodes_each]
        chosen = nodes[:number]
        return self.passes(
            [lambda: Node.objects.filter(pk__in=chosen).update(version=F("version") + 1)] * self.size.rounds
        )

    def due(self, number: int) -> Found:
        """Nodes whose level rises to WARN on this day: each with its warning, its notice and its entry."""
        stretches = [self.ids[k * number : (k + 1) * number] for k in range(self.size.rounds)]
        found = self.passes([lambda chosen=chosen: self._come_due(chosen) for chosen in stretches])
        self._come_due(())
        return found

    def _come_due(self, chosen: Sequence[UUID]) -> None:
        """On a new day these and no others: those of the day before are done with."""
        before = Node.objects.filter(pk__in=self._came_due)
        before.update(due_on=FAR, next_level_at=None, level="NORMAL", level_version=F("version"))
        self._came_due, self._day = chosen, self._day + timedelta(days=1)
        self.at(self._day)
        midnight = datetime(self._day.year, self._day.month, self._day.day, tzinfo=UTC) - timedelta(hours=8)
        Node.objects.filter(pk__in=chosen).update(due_on=self._day + timedelta(days=1), next_level_at=midnight)

    def passes(self, prepared: Sequence[Any]) -> Found:
        found = Found()
        for prepare in prepared:
            prepare()
            with self._measured(found):
                watch_levels()
        return found

    @contextmanager
    def _measured(self, found: Found) -> Iterator[None]:
        asked = list[str]()

        def count(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
            asked.append(sql)
            return execute(sql, params, many, context)

        database, cpu, begun = cpu_of_tree(self.place.database_pid), process_time(), perf_counter()
        with connection.execute_wrapper(count):
            yield
        found.seconds.append(perf_counter() - begun)
        found.cpu.append(process_time() - cpu)
        found.db_cpu += cpu_of_tree(self.place.database_pid) - database
        found.queries = len(asked)

    def floor(self, number: int) -> float:
        """CPU-s of reading so many nodes by their keys and writing three columns of each back."""
        chosen, found = self.ids[:number], Found()
        for _ in range(self.size.rounds):
            with self._measured(found), transaction.atomic():
                rows = list(Node.objects.filter(pk__in=chosen))
                write_levels([(row.pk, row.level, row.version, row.next_level_at) for row in rows])
        return found.both


def measure(place: Place, size: Size) -> Report:
    """No server takes part: a pass runs in the beat's process, here in ours."""
    bench = Bench(place, size)
    try:
        curves = {cases: _curve(bench, cases) for cases in size.cases}
        most = size.changed[-1]
        floor = bench.floor(most)
    finally:
        set_clock(None)
    whole = curves[size.cases[-1]]
    moved: Found = whole["moved"][most]
    return Report(
        "warnings",
        moved.both / most * 1000,
        f"CPU-s per 1,000 nodes that moved, of {size.cases[-1] * size.nodes_each} nodes",
        floor / most * 1000,
        rounded(4 * floor / most * 1000),
        sum(moved.cpu) / len(moved.cpu) / most * 1000,
        moved.db_cpu / len(moved.cpu) / most * 1000,
        {
            "by_nodes": {str(n * size.nodes_each): _shown(each) for n, each in curves.items()},
            "durable": is_durable(place.database_url),
        },
    )


def _curve(bench: Bench, cases: int) -> dict[str, Any]:
    first = bench.grow(cases)
    moved = {number: bench.moved(number) for number in bench.size.changed}
    due = {number: bench.due(number) for number in bench.size.changed if number}
    return {"first": first, "moved": moved, "due": due}


def _shown(curve: dict[str, Any]) -> dict[str, Any]:
    moved = {str(number): each.figures for number, each in curve["moved"].items()}
    due = {str(number): each.figures for number, each in curve["due"].items()}
    return {"first pass": curve["first"].figures, "moved": moved, "came due": due}


def _add_cases(city: City, numbers: range, nodes_each: int) -> list[UUID]:
    """Held by the executor, with running nodes that are due in years; straight into the tables."""
    flow = FlowVersion.objects.latest("pk")
    shapes = list(flow_of(flow).tracked.values())[:nodes_each]
    cases = [
        Case(court=city.court, case_no=f"（2026）闽0924执{number + 2}号", filed_on=TODAY, flow=flow)
        for number in numbers
    ]
    Case.objects.bulk_create(cases)
    given = datetime(2026, 1, 1, tzinfo=UTC)
    assigned = Grant.Reason.ASSIGNED
    Grant.objects.bulk_create(
        Grant(subject_id=case.pk, officer=city.executor, reason=assigned, valid_from=given) for case in cases
    )
    nodes = [(case.pk, _running(shape)) for case in cases for shape in shapes]
    insert_nodes(nodes)
    return [node.id for _, node in nodes]


def _running(shape: NodeDefinition) -> HeldNode:
    return unstarted(shape)._replace(state=Node.State.RUNNING, started_on=TODAY, due_on=FAR, computed_with="bench")
