"""Pull: ten changed cases among five hundred, with little and much history, beside reading just those ten rows."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

import psycopg

from bench.city import City, enrol, found_city
from bench.floors import rows_read
from bench.history import History
from bench.meters import Reading
from bench.phone import Connection, pull_all, pull_request
from bench.place import Place, Server, is_durable
from bench.report import Report, rounded
from server.cases.models import Case
from server.cases.services import touch
from tests.devices import TestDevice


@dataclass(frozen=True)
class Size:
    cases: int = 500
    changed: int = 10
    histories: tuple[int, ...] = (1_000, 100_000)
    phones: int = 20
    rounds: int = 10


TINY = Size(cases=6, changed=2, histories=(20, 40), phones=2, rounds=1)


@dataclass
class Puller:
    phone: TestDevice
    line: Connection
    cursor: str


@dataclass(frozen=True)
class Found:
    reading: Reading
    p50_ms: float
    answer_bytes: int


def measure(place: Place, size: Size) -> Report:
    server = place.serve()
    city = found_city(size.cases)
    history = History(city, server, size.histories[0])
    found = {}
    for acts in size.histories:
        history.grow(acts, on_own_cases=False)
        found[acts] = _measure(server, city, size)
    history.grow(size.histories[-1] + 10 * size.histories[0], on_own_cases=True)
    deep = _measure(server, city, size)
    return _report(place, size, city, found, deep)


def _measure(server: Server, city: City, size: Size) -> Found:
    """Several devices of one officer, so that one change is pulled many times while the meter runs."""
    line = Connection(server.port)  # one for all: an idle one is closed after a minute
    phones = [enrol(city.executor, line) for _ in range(size.phones)]
    pullers = [_puller(phone, line) for phone in phones]  # each knows of all the others by then
    whole, seconds, sizes = Reading(), list[float](), list[int]()
    _change(city, size, 0)
    _pull(pullers, size.changed)  # the first acknowledges a whole answer: not what is measured
    for number in range(1, size.rounds + 1):
        _change(city, size, number)
        with server.meter.running() as reading:
            answers = _pull(pullers, size.changed)
        whole.server += reading.server
        whole.database += reading.database
        seconds += [each[0] for each in answers]
        sizes += [each[1] for each in answers]
    line.close()
    return Found(whole, median(seconds) * 1000, int(median(sizes)))


def _puller(phone: TestDevice, line: Connection) -> Puller:
    return Puller(phone, line, pull_all(phone, line))


def _change(city: City, size: Size, number: int) -> None:
    start = number * size.changed % len(city.cases)
    touch([case.pk for case in city.cases[start : start + size.changed]])


def _pull(pullers: Sequence[Puller], changed: int) -> list[tuple[float, int]]:
    taken = []
    for puller in pullers:
        answer = puller.line.send(pull_request(puller.phone, puller.cursor))
        members: dict[str, Any] = json.loads(answer.read()["answer"])
        if len(members["put"]) != changed or not members["complete"]:
            raise RuntimeError(f"a pull of {changed} changes brought {len(members['put'])}")
        puller.cursor = members["cursor"]
        taken.append((answer.seconds, len(answer.content)))
    return taken


def _report(place: Place, size: Size, city: City, found: dict[int, Found], deep: Found) -> Report:
    pulls = size.phones * size.rounds
    largest = found[size.histories[-1]]
    by_history = {str(history): _figures(each, pulls) for history, each in found.items()}
    by_history["and ten times as many acts in each case"] = _figures(deep, pulls)
    with psycopg.connect(place.database_url) as connection:
        ids = [case.pk for case in city.cases[: size.changed]]
        floor = rows_read(connection, place.database_pid, Case._meta.db_table, ids)
    return Report(
        "pull",
        largest.reading.both / pulls * 1000,
        f"CPU-s per 1,000 pulls of {size.changed} changes among {size.cases} units, {size.histories[-1]} of history",
        floor,
        5,
        largest.reading.server / pulls * 1000,
        largest.reading.database / pulls * 1000,
        {"by_history": by_history, "durable": is_durable(place.database_url)},
    )


def _figures(found: Found, pulls: int) -> dict[str, float]:
    return {
        "cpu_s_per_1000": rounded(found.reading.server / pulls * 1000),
        "db_cpu_s_per_1000": rounded(found.reading.database / pulls * 1000),
        "p50_ms": rounded(found.p50_ms),
        "answer_bytes": found.answer_bytes,
    }
