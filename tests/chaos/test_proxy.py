"""The proxy itself: each fault is what it says, and without any it is a wire."""

import http.client
import threading
from collections.abc import Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.chaos.proxy import FAULTS, FaultyProxy, Link, Proxy

ANSWER = bytes(range(256)) * 200


class Echo(BaseHTTPRequestHandler):
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
def server() -> Iterator[ThreadingHTTPServer]:
    Echo.heard = []
    with ThreadingHTTPServer(("127.0.0.1", 0), Echo) as server:
        server.daemon_threads = True
        server.handle_error = lambda *_: None  # type: ignore[method-assign]
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield server
        server.shutdown()


def ask(proxy: Proxy, body: bytes = b"x" * 50_000) -> bytes:
    with closing(http.client.HTTPConnection("127.0.0.1", proxy.port, timeout=10)) as connection:
        connection.request("POST", "/", body)
        with connection.getresponse() as answer:
            return answer.read()


def test_without_faults_everything_passes(server: ThreadingHTTPServer) -> None:
    with FaultyProxy(server.server_port, 1, {}) as proxy:
        assert ask(proxy) == ANSWER
    with Link(server.server_port) as link:
        assert ask(link) == ANSWER
    assert Echo.heard == [b"x" * 50_000] * 2


@pytest.mark.parametrize("fault", ["cut_up", "cut_down", "truncated", "refused"])
def test_a_request_or_its_reply_is_lost(server: ThreadingHTTPServer, fault: str) -> None:
    with FaultyProxy(server.server_port, 1, {fault: 1.0}) as proxy:
        for _ in range(3):
            with pytest.raises((OSError, http.client.HTTPException)):
                ask(proxy)
        proxy.calm()
        assert ask(proxy) == ANSWER
    assert proxy.happened == {fault: 3}


@pytest.mark.parametrize("fault", ["doubled", "late_double"])
def test_a_request_is_served_twice_and_answered_once(server: ThreadingHTTPServer, fault: str) -> None:
    with FaultyProxy(server.server_port, 1, {fault: 1.0}) as proxy:
        assert ask(proxy, b"once") == ANSWER
    assert Echo.heard == [b"once", b"once"]


def test_a_stalled_reply_comes_whole(server: ThreadingHTTPServer) -> None:
    with FaultyProxy(server.server_port, 1, {"stalled": 1.0}) as proxy:
        assert ask(proxy) == ANSWER


def test_a_link_dies_each_time_so_many_bytes_have_gone(server: ThreadingHTTPServer) -> None:
    with Link(server.server_port, dies_every=150_000) as link:
        answers = 0
        for _ in range(6):
            try:
                answers += ask(link) == ANSWER
            except (OSError, http.client.HTTPException):
                continue
    assert link.happened["died"] == (link.up + link.down) // 150_000 >= 3
    assert 0 < answers < 6


def test_the_same_seed_chooses_the_same_faults(server: ThreadingHTTPServer) -> None:
    odds = dict.fromkeys(FAULTS, 1 / 8)
    chosen = []
    for _ in range(2):
        proxy = FaultyProxy(server.server_port, 7, odds)
        chosen.append([proxy._choose() for _ in range(40)])
    assert chosen[0] == chosen[1]
    assert {*FAULTS, ""} == set(chosen[0])
