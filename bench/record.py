"""Record: an act without a photograph on the device, beside one durable row of the same bytes in plain SQLite."""

import sqlite3
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter, process_time

from bench.city import City, found_city
from bench.place import Place
from bench.report import Report, rounded
from client_sdk import FieldClient
from client_sdk.database import preferred_way
from server.people.services import issue_enrolment_code
from tests.sync.pushing import COMPLETE

WARM_UP = 5


@dataclass(frozen=True)
class Size:
    acts: int = 500
    cases: int = 200


TINY = Size(acts=3, cases=2)


@dataclass
class Timing:
    seconds: list[float]
    cpu: float = 0.0

    def of(self, begun: tuple[float, float]) -> None:
        self.seconds.append(perf_counter() - begun[0])
        self.cpu += process_time() - begun[1]

    @property
    def p50_ms(self) -> float:
        return median(self.seconds) * 1000


def measure(place: Place, size: Size) -> Report:
    """No server takes part once the device holds its cases: all CPU is the device's own."""
    server = place.serve()
    city = found_city(size.cases)
    field = FieldClient.enrol(
        server.url,
        code=issue_enrolment_code(officer=city.executor),
        store=place.folder / "officer.db",
        passphrase="mountain river",
    )
    with field:
        field.sync()
        recorded, plain = _in_turns(field, city, size.acts, place.folder / "plain.db")
    return _report(size, recorded, plain)


def _in_turns(field: FieldClient, city: City, acts: int, path: Path) -> tuple[Timing, Timing]:
    """Alternating, so that a busy disk is slow for both."""
    recorded, plain = Timing([]), Timing([])
    connection = _plain_database(path)
    for number in range(-WARM_UP, acts):
        if number == 0:
            recorded, plain = Timing([]), Timing([])
        begun = perf_counter(), process_time()
        act = field.record_action(kind="LOCATE", case_id=city.cases[number % len(city.cases)].pk, fields=COMPLETE)
        recorded.of(begun)
        body = b"x" * act.size
        begun = perf_counter(), process_time()
        connection.execute("INSERT INTO act (hash, body) VALUES (?, ?)", (act.hash, body))
        plain.of(begun)
    connection.close()
    return recorded, plain


def _plain_database(path: Path) -> sqlite3.Connection:
    """Durable at every commit, as the device's is; each statement commits."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE act (id INTEGER PRIMARY KEY, hash TEXT, body BLOB)")
    return connection


def _report(size: Size, recorded: Timing, plain: Timing) -> Report:
    return Report(
        "record",
        recorded.p50_ms,
        "ms (p50) until an act without photographs is safe on the device",
        plain.p50_ms,
        4 * plain.p50_ms,
        recorded.cpu / size.acts * 1000,
        0,
        {"floor_cpu_s_per_1000": rounded(plain.cpu / size.acts * 1000), "store": preferred_way()},
    )
