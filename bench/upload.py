"""Upload: a photograph of 500 KB in one PATCH, fsynced and hashed again, beside doing that to a plain file."""

import hashlib
from dataclasses import dataclass
from statistics import median

from bench.city import City, enrolled, found_city
from bench.floors import file_written_and_hashed
from bench.meters import Reading
from bench.phone import Answer, Connection, Request, push_request, require_applied
from bench.place import Place, Server, is_durable
from bench.report import Report, rounded
from tests.devices import TestDevice
from tests.sync.pushing import COMPLETE

WARM_UP = 3


@dataclass(frozen=True)
class Size:
    photos: int = 200
    bytes: int = 500_000
    cases: int = 20


TINY = Size(photos=2, bytes=20_000, cases=2)


def measure(place: Place, size: Size) -> Report:
    server = place.serve()
    city = found_city(size.cases)
    phone, line = enrolled(city.executor, server)
    contents = [photo(size.bytes, number) for number in range(size.photos + WARM_UP)]
    bearer = _promise(phone, line, city, contents)
    requests = [patch(content, bearer) for content in contents]
    reading, seconds = _upload(server, line, requests)
    _require_verified(line, requests, bearer)
    floor = file_written_and_hashed(place.folder / "floor", size.bytes, size.photos)
    return _report(place, size, reading, median(seconds) * 1000, floor)


def photo(size: int, number: int) -> bytes:
    """A JPEG by its first bytes; the rest no storage could make smaller. What it shows is the worker's affair."""
    block = hashlib.shake_256(number.to_bytes(4, "big")).digest(size - 4)
    return b"\xff\xd8\xff\xe0" + block


def _promise(phone: TestDevice, line: Connection, city: City, contents: list[bytes]) -> str:
    """One act a photograph, pushed; the bearer that delivers them."""
    for number, content in enumerate(contents):
        case = city.cases[number % len(city.cases)]
        phone.record("LOCATE", case_id=case.pk, fields=COMPLETE, photos=[content])
    return str(require_applied(line.send(push_request(phone, 1, len(contents))))["upload_bearer"])


def patch(content: bytes, bearer: str) -> Request:
    headers = {
        "Authorization": f"Bearer {bearer}",
        "Tus-Resumable": "1.0.0",
        "Content-Type": "application/offset+octet-stream",
        "Upload-Offset": "0",
    }
    return Request("PATCH", f"/api/v1/uploads/{hashlib.sha256(content).hexdigest()}", content, headers)


def _upload(server: Server, line: Connection, requests: list[Request]) -> tuple[Reading, list[float]]:
    warm = [line.send(request) for request in requests[:WARM_UP]]
    with server.meter.running() as reading:
        answers = [line.send(request) for request in requests[WARM_UP:]]
    require_taken(warm + answers)
    return reading, [answer.seconds for answer in answers]


def require_taken(answers: list[Answer]) -> None:
    for answer in answers:
        if answer.status != 204:
            raise RuntimeError(f"{answer.status}: {answer.content[:500]!r}")


def _require_verified(line: Connection, requests: list[Request], bearer: str) -> None:
    headers = {"Authorization": f"Bearer {bearer}", "Tus-Resumable": "1.0.0"}
    for request in requests:
        answer = line.send(Request("GET", f"{request.path}/receipt", b"", headers))
        if not answer.read()["receipts"]:
            raise RuntimeError(f"{request.path} was taken and not verified")


def _report(place: Place, size: Size, reading: Reading, p50_ms: float, floor: float) -> Report:
    return Report(
        "upload",
        reading.both / size.photos * 1000,
        f"CPU-s per 1,000 photographs of {size.bytes // 1000} KB, each in one PATCH",
        floor,
        5,
        reading.server / size.photos * 1000,
        reading.database / size.photos * 1000,
        {"p50_ms": rounded(p50_ms), "durable": is_durable(place.database_url)},
    )
