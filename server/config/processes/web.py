"""Daphne in this process, with our limits."""

import sys
from collections.abc import Callable
from typing import Any

from daphne.endpoints import build_endpoint_description_strings
from daphne.http_protocol import HTTPFactory, WebRequest
from daphne.server import Server
from django.conf import settings
from twisted.python.failure import Failure

from server.config import request_id
from server.config.problems import problem_response, too_large

_HTTP_TIMEOUT_SECONDS = 120
_WEBSOCKET_MESSAGE_BYTES = 64 * 1024


class CannotListen(Exception):
    """The address is taken or not ours."""


class LimitedRequest(WebRequest):  # type: ignore[misc]
    """Refuses a body beyond the limit while it arrives: Daphne would first hold all of it in memory."""

    received = 0
    is_refused = False

    def gotLength(self, length: int | None) -> None:
        super().gotLength(length)
        if length is not None:
            self._refuse_beyond(length)

    def handleContentChunk(self, data: bytes) -> None:
        self.received += len(data)
        self._refuse_beyond(self.received)
        if not self.is_refused:
            super().handleContentChunk(data)

    def _refuse_beyond(self, size: int) -> None:
        if size > settings.DATA_UPLOAD_MAX_MEMORY_SIZE and not self.is_refused:
            self.is_refused = True
            self.channel.transport.write(_refusal(settings.DATA_UPLOAD_MAX_MEMORY_SIZE))
            self.channel.loseConnection()


def _refusal(max_bytes: int) -> bytes:
    """A problem as every other answer: Django has not seen this request, so its id begins here."""
    request_id.current.set(request_id.request_id_from(None))
    body = problem_response(too_large(max_bytes)).content
    return (
        b"HTTP/1.1 413 Content Too Large\r\nContent-Type: application/problem+json\r\nConnection: close\r\n"
        b"Content-Length: %d\r\n\r\n%b" % (len(body), body)
    )


class LimitedFactory(HTTPFactory):  # type: ignore[misc]
    def buildProtocol(self, addr: Any) -> Any:
        protocol = super().buildProtocol(addr)
        protocol.requestFactory = LimitedRequest
        return protocol


class Web(Server):  # type: ignore[misc]
    """Says where it listens once it does, and fails loudly when it cannot."""

    def __init__(self, application: Any, *, host: str, port: int, when_ready: Callable[[str], None]) -> None:
        super().__init__(
            application=application,
            endpoints=build_endpoint_description_strings(host=host, port=port),
            http_timeout=_HTTP_TIMEOUT_SECONDS,
            websocket_max_message_size=_WEBSOCKET_MESSAGE_BYTES,
            websocket_max_frame_size=_WEBSOCKET_MESSAGE_BYTES,
            verbosity=0,
            server_name="",
        )
        self._when_ready = when_ready
        self.fault = ""

    def listen_success(self, port: Any) -> None:
        super().listen_success(port)
        host, number = self.listening_addresses[-1]
        self._when_ready(f"http://[{host}]:{number}" if ":" in host else f"http://{host}:{number}")

    def listen_error(self, failure: Failure) -> None:
        self.fault = failure.getErrorMessage()
        self.stop()


def serve_http(*, host: str, port: int, when_ready: Callable[[str], None]) -> None:
    """Until SIGTERM or SIGINT. Raises CannotListen."""
    import daphne.server

    from server.config.asgi import application

    daphne.server.HTTPFactory = LimitedFactory
    web = Web(application, host=host, port=port, when_ready=when_ready)
    web.run()
    if web.fault:
        raise CannotListen(web.fault)
    sys.stdout.flush()
