"""Push: batches of 500 and single acts, with little and much history, beside a bulk insert of the same rows."""

from dataclasses import dataclass
from statistics import median
from typing import Any

from bench.city import City, enrolled, found_city, record_acts
from bench.floors import bulk_insert_of_batch
from bench.history import BATCH, History
from bench.meters import Reading
from bench.phone import Request, push_request, require_applied
from bench.place import Place, Server, is_durable
from bench.report import Report, rounded

WARM_UP = 2


@dataclass(frozen=True)
class Size:
    cases: int = 500
    histories: tuple[int, ...] = (1_000, 100_000)
    batches: int = 8
    batch: int = BATCH
    singles: int = 200


TINY = Size(cases=4, histories=(20, 40), batches=1, batch=10, singles=3)


@dataclass(frozen=True)
class Found:
    """CPU of the batches and of the singles, and how long a single one took."""

    batches: Reading
    singles: Reading
    p50_ms: float


def measure(place: Place, size: Size) -> Report:
    server = place.serve()
    city = found_city(size.cases)
    history = History(city, server, size.histories[0])
    found = {}
    for acts in size.histories:
        history.grow(acts, on_own_cases=False)
        found[acts] = _measure(server, city, size)
    history.grow(2 * size.histories[-1], on_own_cases=True)
    deep = _measure(server, city, size)
    return _report(place, size, found, deep)


def _measure(server: Server, city: City, size: Size) -> Found:
    batches = _requests(server, city, size.batches + WARM_UP, size.batch)
    singles = _requests(server, city, size.singles + WARM_UP, 1)
    of_batches, _ = _pushed(server, *batches)
    of_singles, seconds = _pushed(server, *singles)
    return Found(of_batches, of_singles, median(seconds) * 1000)


def _requests(server: Server, city: City, count: int, acts: int) -> tuple[Any, list[Request]]:
    phone, line = enrolled(city.executor, server)
    record_acts(phone, city, count * acts)
    return line, [push_request(phone, 1 + number * acts, acts) for number in range(count)]


def _pushed(server: Server, line: Any, requests: list[Request]) -> tuple[Reading, list[float]]:
    for request in requests[:WARM_UP]:
        require_applied(line.send(request))
    with server.meter.running() as reading:
        answers = [line.send(request) for request in requests[WARM_UP:]]
    for answer in answers:
        require_applied(answer)
    line.close()
    return reading, [answer.seconds for answer in answers]


def _report(place: Place, size: Size, found: dict[int, Found], deep: Found) -> Report:
    acts = size.batches * size.batch
    largest = found[size.histories[-1]]
    by_history = {str(history): _figures(each, acts, size) for history, each in found.items()}
    by_history[f"{2 * size.histories[-1]}, half on the cases measured"] = _figures(deep, acts, size)
    return Report(
        "push",
        largest.batches.both / acts * 1000,
        f"CPU-s per 1,000 actions in batches of {size.batch}, {size.histories[-1]} of history",
        bulk_insert_of_batch(place, size.batch),
        0.5,
        largest.batches.server / acts * 1000,
        largest.batches.database / acts * 1000,
        {
            "single_p50_ms": rounded(largest.p50_ms),
            "single_aim_ms": 8,
            "by_history": by_history,
            "durable": is_durable(place.database_url),
        },
    )


def _figures(found: Found, acts: int, size: Size) -> dict[str, float]:
    return {
        "batch_cpu_s_per_1000": rounded(found.batches.server / acts * 1000),
        "batch_db_cpu_s_per_1000": rounded(found.batches.database / acts * 1000),
        "batch_ms": rounded(found.batches.seconds / size.batches * 1000),
        "single_p50_ms": rounded(found.p50_ms),
        "single_cpu_s_per_1000": rounded(found.singles.server / size.singles * 1000),
        "single_db_cpu_s_per_1000": rounded(found.singles.database / size.singles * 1000),
    }
