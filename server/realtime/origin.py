"""A cookie counts only from a page of ours: same scheme, host and port, or an origin the operator listed."""

import logging
from collections.abc import Callable, Mapping
from typing import Any

from django.conf import settings

logger = logging.getLogger(__name__)

Application = Callable[..., Any]


class SameOriginOrTicket:
    """With a rightful Origin the session cookie is read; without one it is ignored and a ticket is needed.

    A foreign Origin is refused outright: browsers send it, other clients have no reason to.
    """

    def __init__(self, application: Application, with_session: Callable[[Application], Application]) -> None:
        self.bare = application
        self.with_session = with_session(application)

    async def __call__(self, scope: Mapping[str, Any], receive: Any, send: Any) -> None:
        origin = _header(scope, b"origin")
        if origin is None:
            await self.bare(scope, receive, send)
        elif origin in settings.CSRF_TRUSTED_ORIGINS or origin == _own_origin(scope):
            await self.with_session(scope, receive, send)
        else:
            logger.warning("live socket refused: origin %r is not ours", origin[:200])
            await receive()
            await send({"type": "websocket.close", "code": 4001})


def _own_origin(scope: Mapping[str, Any]) -> str:
    scheme = {"ws": "http", "wss": "https"}.get(scope.get("scheme", "ws"), "http")
    return f"{scheme}://{_header(scope, b'host') or ''}"


def _header(scope: Mapping[str, Any], name: bytes) -> str | None:
    values = [value for key, value in scope.get("headers", ()) if key == name]
    return values[0].decode("latin-1") if len(values) == 1 else None
