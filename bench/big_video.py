"""A large video: up through Daphne, cut on the way, resumed, played by ranges; how much memory the server takes."""

import hashlib
import random
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from django.conf import settings
from django.test import Client

from bench.city import enrolled, found_city
from bench.phone import Answer, Connection, Request, push_request, require_applied
from bench.place import Place, Server
from bench.report import Report, rounded
from server.people.models import Officer
from tests.sync.pushing import COMPLETE

MB = 1024 * 1024
_FTYP = b"\0\0\0\x18ftypisom\0\0\x02\0isommp42"
_WARM = 4
RANGES = 20


@dataclass(frozen=True)
class Size:
    mb: int = 2048


TINY = Size(64)


class Film:
    """MP4 by its first bytes, then numbered megabytes, each made when it is asked for."""

    def __init__(self, mb: int, seed: int) -> None:
        self.mb, self._base = mb, random.Random(seed).randbytes(MB)
        whole = hashlib.sha256()
        for block in self:
            whole.update(block)
        self.sha256 = whole.hexdigest()

    def block(self, number: int) -> bytes:
        head = number.to_bytes(8) if number else _FTYP
        return head + self._base[len(head) :]

    def __iter__(self) -> Iterator[bytes]:
        return map(self.block, range(self.mb))

    def stated(self) -> dict[str, object]:
        return {"sha256": self.sha256, "size": self.mb * MB, "media_type": "video/mp4"}


def measure(place: Place, size: Size) -> Report:
    server = place.serve()
    city = found_city(1)
    phone, line = enrolled(city.executor, server)
    film, warm = Film(size.mb, 1), Film(_WARM, 2)
    for each in (warm, film):
        promised = {**phone.evidence(b""), **each.stated()}
        phone.record("LOCATE", case_id=city.cases[0].pk, fields=COMPLETE, photos=[promised])
    bearer = str(require_applied(line.send(push_request(phone, 1, 2)))["upload_bearer"])
    cookie = _cookie_of(city.duty)
    _deliver(Uploads(server, line, bearer, warm), None)
    _play(server, warm, cookie)
    before = _memory_from_now(server.pid)
    with server.meter.running() as reading:
        cut_at = _deliver(Uploads(server, line, bearer, film), size.mb // 2)
        begun = perf_counter()
        _play(server, film, cookie)
        play_seconds = perf_counter() - begun
    growth = (_peak(server.pid) - before) / MB
    more = {"mb": size.mb, "cut_at_mb": cut_at, "before_mb": round(before / MB), "seconds": rounded(reading.seconds)}
    return Report(
        "big_video",
        max(0.0, growth),
        f"MB the server's memory grew by at most, while {size.mb} MB of video went up and were played",
        0,
        64,
        reading.server / size.mb * 1000,
        reading.database / size.mb * 1000,
        {**more, "ranges": RANGES, "play_s": rounded(play_seconds)},
    )


@dataclass(frozen=True)
class Uploads:
    server: Server
    line: Connection
    bearer: str
    film: Film

    @property
    def path(self) -> str:
        return f"/api/v1/uploads/{self.film.sha256}"

    def headers(self, offset: int) -> dict[str, str]:
        return {
            "Authorization": f"Bearer {self.bearer}",
            "Tus-Resumable": "1.0.0",
            "Content-Type": "application/offset+octet-stream",
            "Upload-Offset": str(offset),
        }

    def send(self, number: int) -> None:
        answer = self.line.send(Request("PATCH", self.path, self.film.block(number), self.headers(number * MB)))
        _require(answer, 204)

    def cut(self, number: int) -> None:
        """Half of this megabyte, and the connection is gone."""
        head = "".join(f"{name}: {text}\r\n" for name, text in self.headers(number * MB).items())
        begin = f"PATCH {self.path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {MB}\r\n{head}\r\n".encode()
        with socket.create_connection(("127.0.0.1", self.server.port), timeout=60) as raw:
            raw.sendall(begin + self.film.block(number)[: MB // 2])

    def arrived(self) -> int:
        """By the word of the server, on a connection of its own."""
        again = Connection(self.server.port)
        try:
            answer = again.send(Request("HEAD", self.path, b"", self.headers(0)))
        finally:
            again.close()
        _require(answer, 200)
        return int(answer.headers["Upload-Offset"])


def _deliver(uploads: Uploads, cut_at: int | None) -> int | None:
    """Cut once where that is said, and gone on with from where the server says it stands."""
    for number in range(cut_at or 0):
        uploads.send(number)
    if cut_at is not None:
        uploads.cut(cut_at)
        if uploads.arrived() != cut_at * MB:
            raise RuntimeError(f"{uploads.arrived()} bytes are said to be here, {cut_at * MB} are")
    for number in range(cut_at or 0, uploads.film.mb):
        uploads.send(number)
    answer = uploads.line.send(Request("GET", f"{uploads.path}/receipt", b"", uploads.headers(0)))
    if not answer.read()["receipts"]:
        raise RuntimeError("taken and not verified")
    return cut_at


def _play(server: Server, film: Film, cookie: str) -> None:
    """As a page does: from the beginning, given up; the index at the end; then here and there."""
    dice = random.Random(3)
    starts = [0, film.mb - 1, *(dice.randrange(film.mb) for _ in range(RANGES - 2))]
    path = f"/api/v1/evidence/{film.sha256}"
    _give_up(server, path, cookie)
    line = Connection(server.port)
    try:
        for number in starts:
            span = f"bytes={number * MB}-{(number + 1) * MB - 1}"
            answer = line.send(Request("GET", path, b"", {"Cookie": cookie, "Range": span}))
            _require(answer, 206)
            if answer.content != film.block(number) or answer.headers["Content-Type"] != "video/mp4":
                raise RuntimeError(f"{span} is not what was uploaded")
    finally:
        line.close()


def _give_up(server: Server, path: str, cookie: str) -> None:
    """Asks for the whole film and leaves after its first megabyte."""
    asked = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {cookie}\r\nRange: bytes=0-\r\n\r\n"
    with socket.create_connection(("127.0.0.1", server.port), timeout=60) as raw:
        raw.sendall(asked.encode())
        left = MB
        while left > 0 and (block := raw.recv(min(left, 65536))):
            left -= len(block)


def _cookie_of(officer: Officer) -> str:
    browser = Client()
    browser.force_login(officer, backend="server.people.auth.OfficerBackend")
    return f"{settings.SESSION_COOKIE_NAME}={browser.cookies[settings.SESSION_COOKIE_NAME].value}"


def _require(answer: Answer, status: int) -> None:
    if answer.status != status:
        raise RuntimeError(f"{answer.status}: {answer.content[:500]!r}")


def _memory_from_now(pid: int) -> int:
    """Resident bytes; the kernel's highest mark begins anew with them."""
    Path(f"/proc/{pid}/clear_refs").write_text("5")
    return _peak(pid)


def _peak(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    return 1024 * int(status.partition("VmHWM:")[2].split()[0])
