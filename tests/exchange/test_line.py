"""The line between two courts: each fault is what it says, and all happen about as often."""

import http.client
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.chaos.machines import wait_until
from tests.exchange.link import FAULTS, CourtLine

ANSWER = b"taken" * 100


class Court(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    heard: list[bytes]

    def do_POST(self) -> None:
        self.heard.append(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(200)
        self.send_header("Content-Length", str(len(ANSWER)))
        self.end_headers()
        self.wfile.write(ANSWER)

    def log_message(self, *_: object) -> None:
        return None


@pytest.fixture
def court() -> Iterator[ThreadingHTTPServer]:
    Court.heard = []
    with ThreadingHTTPServer(("127.0.0.1", 0), Court) as server:
        server.handle_error = lambda *_: None  # type: ignore[method-assign]
        serving = threading.Thread(target=server.serve_forever, args=(0.05,))
        serving.start()
        yield server
        server.shutdown()
        serving.join()


def tell(line: CourtLine, body: bytes) -> bytes:
    with closing(http.client.HTTPConnection("127.0.0.1", line.port, timeout=10)) as connection:
        connection.request("POST", "/", body)
        with connection.getresponse() as answer:
            return answer.read()


def only(line: CourtLine, fault: str) -> CourtLine:
    line.share = 1.0
    line.happened.update(dict.fromkeys(set(FAULTS) - {fault}, 1_000_000))
    return line


def test_a_calm_line_is_a_wire(court: ThreadingHTTPServer) -> None:
    with CourtLine(court.server_port, 1, 0.0) as line:
        assert [tell(line, b"one"), tell(line, b"two")] == [ANSWER] * 2
    assert (Court.heard, line.requests) == ([b"one", b"two"], 2)


def test_what_is_dropped_is_not_heard(court: ThreadingHTTPServer) -> None:
    with CourtLine(court.server_port, 1) as line, pytest.raises((OSError, http.client.HTTPException)):
        tell(only(line, "dropped"), b"one")
    assert Court.heard == []


def test_what_is_doubled_is_heard_twice_and_answered_once(court: ThreadingHTTPServer) -> None:
    with CourtLine(court.server_port, 1) as line:
        assert tell(only(line, "doubled"), b"one") == ANSWER
    assert Court.heard == [b"one", b"one"]


def test_what_is_overtaken_is_heard_after_what_came_later(court: ThreadingHTTPServer) -> None:
    with CourtLine(court.server_port, 1) as line:
        with pytest.raises((OSError, http.client.HTTPException)):
            tell(only(line, "reordered"), b"first")
        line.calm()
        assert tell(line, b"second") == ANSWER
        wait_until(lambda: line.happened["reordered"], "what was held back is not served")
    assert Court.heard == [b"second", b"first"]


def test_what_is_altered_differs_in_one_byte(court: ThreadingHTTPServer) -> None:
    with CourtLine(court.server_port, 1) as line:
        tell(only(line, "altered"), b"one" * 50)
    (heard,) = Court.heard
    assert sum(one != other for one, other in zip(heard, b"one" * 50, strict=True)) == 1


def test_every_fault_happens_as_often_as_any_other(court: ThreadingHTTPServer) -> None:
    with CourtLine(court.server_port, 1, 1.0) as line:
        for number in range(3 * len(FAULTS)):
            with suppress(OSError, http.client.HTTPException):
                tell(line, b"%d" % number)
        line.calm()
        tell(line, b"last")
        wait_until(lambda: set(line.happened) == set(FAULTS), "some did not happen")
    assert max(Counter(line.happened).values()) - min(line.happened.values()) <= 1
