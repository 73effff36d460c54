"""Errands: 100 courts with ever more open ones; boxes, lists and the pass that warns and urges, beside bare reads."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from time import perf_counter, process_time
from typing import Any

from django.db import connection, transaction
from django.test import Client

from bench.meters import cpu_of_tree
from bench.place import Place
from bench.report import Report, rounded
from server.cases.models import Case, FlowVersion, MatterSubject
from server.cases.services import load_flows
from server.common.clock import set_clock
from server.matters.kinds import CURRENT
from server.matters.models import Matter, MatterMove
from server.matters.services import watch_matters
from server.people.models import Court, Officer, Role
from server.people.services import create_court, create_officer

MONDAY = datetime(2026, 11, 2, 2, tzinfo=UTC)
WEEK = timedelta(days=7)
MOVES = (("draft", "", "DRAFT"), ("submit", "DRAFT", "PENDING_APPROVAL"), ("approve", "PENDING_APPROVAL", "SENT"))
FLAT = 1.5
"""So many times the figure of the fewest, the figure of the most may be."""


@dataclass(frozen=True)
class Size:
    courts: int = 100
    matters: tuple[int, ...] = (1_000, 3_000, 10_000)
    rounds: int = 5


TINY = Size(courts=3, matters=(3, 9), rounds=1)


@dataclass
class Found:
    """Of some rounds of one thing."""

    cpu: float = 0.0
    db_cpu: float = 0.0
    seconds: float = 0.0
    queries: int = 0
    rounds: int = 0

    @property
    def both(self) -> float:
        return (self.cpu + self.db_cpu) / self.rounds

    def figures(self, rows: int) -> dict[str, float]:
        return {
            "rows": rows,
            "queries": self.queries,
            "cpu_ms": rounded(self.cpu / self.rounds * 1000),
            "db_cpu_ms": rounded(self.db_cpu / self.rounds * 1000),
            "ms": rounded(self.seconds / self.rounds * 1000),
            "cpu_s_per_1000": rounded(self.both / max(rows, 1) * 1000),
        }


@dataclass
class Bench:
    place: Place
    size: Size
    made: int = 0
    courts: list[Court] = field(default_factory=list)
    centres: list[Officer] = field(default_factory=list)
    cases: list[Case] = field(default_factory=list)
    week: datetime = MONDAY

    def found(self) -> None:
        self.at(0)
        load_flows()
        top = create_court(code="闽01", name="市中级人民法院", level=Court.Level.INTERMEDIATE)
        self.superior = create_officer(court=top, staff_no="1", name="督", roles=[Role.SUPERIOR_SUPERVISOR])
        flow = FlowVersion.objects.latest("pk")
        for number in range(self.size.courts):
            code = f"闽{1000 + number}"
            court = create_court(code=code, name=f"{number}号县人民法院", level=Court.Level.BASIC, parent=top)
            self.courts.append(court)
            self.centres.append(
                create_officer(court=court, staff_no=f"9{number:04}", name="值", roles=[Role.COMMAND_CENTRE])
            )
            filed = date(2026, 11, 2)
            self.cases.append(
                Case.objects.create(court=court, case_no=f"（2026）{code}执1号", filed_on=filed, flow=flow)
            )

    def at(self, day: int) -> None:
        moment = self.week + timedelta(days=day)
        set_clock(lambda: moment)

    def grow(self, to: int) -> None:
        """Sent by each court in turn to the next ones; straight into the tables, and all of them as of this Monday."""
        self.week += WEEK
        self.at(0)
        numbers = range(self.made, to)
        with transaction.atomic():
            matters = [self._matter(number) for number in numbers]
            Matter.objects.bulk_create(matters, batch_size=500)
            MatterSubject.objects.bulk_create([_subject(each) for each in matters], batch_size=500)
            MatterMove.objects.bulk_create([row for each in matters for row in _moves(each)], batch_size=500)
            Matter.objects.update(sent_at=self.week, level="NORMAL", next_level_at=self.week)
            MatterMove.objects.update(at=self.week)
        self.made = to
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")

    def _matter(self, number: int) -> Matter:
        asking = number % len(self.courts)
        doing = (asking + 1 + number // len(self.courts) % (len(self.courts) - 1)) % len(self.courts)
        return Matter(
            number=f"（2026）{self.courts[asking].code}委{number}号",
            kind="SERVE",
            catalogue=CURRENT,
            from_court=self.courts[asking],
            to_court=self.courts[doing],
            case=self.cases[asking],
            state="SENT",
            request={"addressee": "张三", "address": "某路 1 号"},
            drafted_by=self.centres[asking],
            sent_at=self.week,
            due_clock="sign",
        )

    def passed(self, day: int) -> Found:
        self.at(day)
        found = Found(rounds=1)
        with self.measured(found):
            watch_matters()
        return found

    def asked(self, officer: Officer, path: str) -> Found:
        browser, found = Client(SERVER_NAME="localhost"), Found(rounds=self.size.rounds)
        browser.force_login(officer, "server.people.auth.OfficerBackend")
        answer = browser.get(path)  # templates are read once
        assert answer.status_code == 200, answer.status_code
        for _ in range(self.size.rounds):
            with self.measured(found):
                browser.get(path)
        return found

    def floor(self, sql: str, *given: Any) -> Found:
        """The same rows by the same index, bare."""
        found = Found(rounds=self.size.rounds)
        for _ in range(self.size.rounds):
            with self.measured(found), connection.cursor() as cursor:
                cursor.execute(sql, given)
                cursor.fetchall()
        return found

    @contextmanager
    def measured(self, found: Found) -> Iterator[None]:
        asked = list[str]()

        def count(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
            asked.append(sql)
            return execute(sql, params, many, context)

        database, cpu, begun = self._database(), process_time(), perf_counter()
        with connection.execute_wrapper(count):
            yield
        found.seconds += perf_counter() - begun
        found.cpu += process_time() - cpu
        found.db_cpu += self._database() - database
        found.queries = len(asked)

    def _database(self) -> float:
        """SQLite's work is in our own process."""
        return cpu_of_tree(self.place.database_pid) if self.place.database_pid else 0.0


def _subject(matter: Matter) -> MatterSubject:
    return MatterSubject(
        id=matter.pk,
        number=matter.number,
        court_id=matter.to_court_id,
        asked_by_id=matter.from_court_id,
        case_id=matter.case_id,
        sent_at=matter.sent_at,
    )


def _moves(matter: Matter) -> Iterator[MatterMove]:
    for number, (move, source, target) in enumerate(MOVES, 1):
        yield MatterMove(
            matter=matter, number=number, move=move, source=source, target=target, court_id=matter.from_court_id
        )


def measure(place: Place, size: Size) -> Report:
    """No server takes part: pages are rendered and passes run in this process."""
    bench = Bench(place, size)
    try:
        bench.found()
        curve = {number: _curve(bench, number) for number in size.matters}
    finally:
        set_clock(None)
    few, most = size.matters[0], size.matters[-1]
    urged: Found = curve[most]["urged"]
    shown = {str(number): _shown(number, size, each) for number, each in curve.items()}
    return Report(
        "matters",
        urged.both / most * 1000,
        f"CPU-s per 1,000 errands warned of and urged, of {most} open between {size.courts} courts",
        curve[most]["pass floor"].both / most * 1000,
        rounded(FLAT * curve[few]["urged"].both / few * 1000),
        urged.cpu / most * 1000,
        urged.db_cpu / most * 1000,
        {"database": connection.vendor, "by_matters": shown},
    )


def _curve(bench: Bench, number: int) -> dict[str, Found]:
    bench.grow(number)
    first, idle = bench.passed(0), bench.passed(0)
    warned, urged = bench.passed(1), bench.passed(3)
    own, all_of_them = bench.centres[0], bench.superior
    table, court = Matter._meta.db_table, bench.courts[0].pk
    given = court if connection.vendor == "postgresql" else court.hex
    return {
        "first": first,
        "idle": idle,
        "warned": warned,
        "urged": urged,
        "pass floor": bench.floor(f"SELECT * FROM {table} WHERE next_level_at IS NOT NULL"),
        "page": bench.asked(own, "/centre/matters"),
        "page of superior": bench.asked(all_of_them, "/centre/matters"),
        "list": bench.asked(own, "/api/v1/matters?limit=50"),
        "list of superior": bench.asked(all_of_them, "/api/v1/matters?limit=50"),
        "page floor": bench.floor(
            f"SELECT * FROM {table} WHERE to_court_id = %s ORDER BY state, due_on LIMIT 200", given
        ),
    }


def _shown(number: int, size: Size, curve: dict[str, Found]) -> dict[str, Any]:
    inbox = number // size.courts
    rows = {"page": min(inbox, 200), "page of superior": min(number, 200), "page floor": min(inbox, 200)}
    rows |= {"list": min(inbox, 50), "list of superior": min(number, 50), "idle": 0}
    return {name: found.figures(rows.get(name, number)) for name, found in curve.items()}
