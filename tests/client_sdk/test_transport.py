"""The HTTP transports: whatever comes of a request is an answer, never an exception."""

import asyncio
import gc
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx2
import pytest

from client_sdk import transport
from client_sdk.steps import Reply, Request, Unreachable
from client_sdk.transport import AsyncHttpTransport, HttpTransport

pytestmark = pytest.mark.database_free


class Strange(BaseHTTPRequestHandler):
    """Echoes, redirects, sends too much, or hangs up in the middle."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path == "/cut":
            self.send_response(200)
            self.send_header("Content-Length", "1000")
            self.end_headers()
            self.wfile.write(b"only this")
            return
        self.send_response(302 if self.path == "/portal" else 200)
        self.send_header("Location", "/sign-in")
        self.send_header("X-Said", self.headers.get("X-Said", ""))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        return None


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Strange)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture(params=["blocking", "asyncio"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_one_that_is_dropped_unclosed_leaves_no_socket_open(url: str) -> None:
    client = httpx2.Client()
    dropped = HttpTransport(url, client)
    assert isinstance(dropped.send(Request("POST", "/", {}, b"x")), Reply)
    del dropped
    gc.collect()
    assert client.is_closed


def send(kind: str, server: str, request: Request) -> Reply | Unreachable:
    if kind == "blocking":
        with HttpTransport(server) as blocking:
            return blocking.send(request)

    async def once() -> Reply | Unreachable:
        connection = AsyncHttpTransport(server)
        try:
            return await connection.send(request)
        finally:
            await connection.close()

    return asyncio.run(once())


def test_bytes_and_headers_go_and_come_as_they_are(kind: str, url: str) -> None:
    reply = send(kind, url + "/", Request("POST", "/echo", {"X-Said": "yes"}, b"\x00\xffbody"))
    assert isinstance(reply, Reply)
    assert (reply.status, reply.body, reply.headers["x-said"]) == (200, b"\x00\xffbody", "yes")
    assert reply.elapsed_seconds > 0


def test_a_redirect_is_an_answer_and_is_not_followed(kind: str, url: str) -> None:
    reply = send(kind, url, Request("POST", "/portal", {}, b"x"))
    assert isinstance(reply, Reply)
    assert reply.status == 302


@pytest.mark.parametrize("server", ["http://127.0.0.1:9", "http://no-such-host.invalid", "ftp://x", "http://[", ""])
def test_an_address_that_leads_nowhere_is_unreachable(kind: str, server: str) -> None:
    assert isinstance(send(kind, server, Request("POST", "/echo", {}, b"x")), Unreachable)


def test_a_reply_cut_short_is_no_reply(kind: str, url: str) -> None:
    assert isinstance(send(kind, url, Request("POST", "/cut", {}, b"x")), Unreachable)


def test_a_reply_without_end_is_left_alone(kind: str, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "MAX_REPLY_BYTES", 1000)
    assert isinstance(send(kind, url, Request("POST", "/echo", {}, b"x" * 5000)), Unreachable)
