"""A receiver on this machine: keeps what it was sent, and answers as it is told."""

import hmac
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Received:
    headers: dict[str, str]
    body: bytes

    def is_signed_with(self, secret: str) -> bool:
        """As docs/reference/webhooks.md tells receivers to check it."""
        signed = self.headers["Zhixing-Timestamp"].encode() + b"." + self.body
        expected = "v1=" + hmac.new(secret.encode(), signed, sha256).hexdigest()
        return any(hmac.compare_digest(expected, one) for one in self.headers["Zhixing-Webhook-Signature"].split(","))


@dataclass
class Receiver:
    answers: list[int] = field(default_factory=list)
    """Statuses to answer with, in turn; 200 once they are used up."""
    received: list[Received] = field(default_factory=list)
    meanwhile: Callable[[], None] = lambda: None
    """What happens between the request and its answer."""

    def __enter__(self) -> "Receiver":
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = False  # joined when the server closes
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()
        return self

    def __exit__(self, *_: Any) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/hook?from=zhixing"

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.received.append(Received(dict(self.headers), body))
                receiver.meanwhile()
                self.send_response(receiver.answers.pop(0) if receiver.answers else 200)
                self.send_header("Location", receiver.url)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:
                """Not on the test's own stderr."""

        return Handler
