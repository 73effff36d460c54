"""A cookie counts only from a page of ours: same scheme, host and port, or an origin the operator listed."""

import logging
from collections.abc import Callable, Mapping
from typing import Any

from django.conf import settings
from django.http.request import split_domain_port, validate_host

logger = logging.getLogger(__name__)

Application = Callable[..., Any]


class SameOriginOrTicket:
    """With a rightful Origin the session cookie is read; without one it is ignored and a ticket is needed.

    A foreign Origin is refused outright: browsers send it, other clients have no reason to. So is a Host
    that is not ours: a page whose name was rebound to our address would otherwise be of "the same origin".
    """

    def __init__(self, application: Application, with_session: Callable[[Application], Application]) -> None:
        self.bare = application
        self.with_session = with_session(application)

    async def __call__(self, scope: Mapping[str, Any], receive: Any, send: Any) -> None:
        origin = _header(scope, b"origin")
        if not _is_our_host(scope):
            await _refuse(receive, send, "host", _header(scope, b"host") or "")
        elif origin is None:
            await self.bare(scope, receive, send)
        elif origin in settings.CSRF_TRUSTED_ORIGINS or origin == _own_origin(scope):
            await self.with_session(scope, receive, send)
        else:
            await _refuse(receive, send, "origin", origin)


async def _refuse(receive: Any, send: Any, what: str, value: str) -> None:
    logger.warning("live socket refused: %s %r is not ours", what, value[:200])
    await receive()
    await send({"type": "websocket.close", "code": 4001})


def _is_our_host(scope: Mapping[str, Any]) -> bool:
    domain, _port = split_domain_port(_header(scope, b"host") or "")
    return bool(domain) and validate_host(domain, settings.ALLOWED_HOSTS)


def _own_origin(scope: Mapping[str, Any]) -> str:
    scheme = {"ws": "http", "wss": "https"}.get(scope.get("scheme", "ws"), "http")
    return f"{scheme}://{_header(scope, b'host') or ''}"


def _header(scope: Mapping[str, Any], name: bytes) -> str | None:
    values = [value for key, value in scope.get("headers", ()) if key == name]
    return values[0].decode("latin-1") if len(values) == 1 else None
