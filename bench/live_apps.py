"""What Daphne serves when `live` is measured: our own application without coalescing, and group_send as its rival.

Both are told by a POST that needs no Django, so that what makes a message is not part of what delivers it.
"""

import json
import os
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "server.config.settings")

from channels.generic.websocket import AsyncWebsocketConsumer
from channels.layers import get_channel_layer
from channels.routing import ProtocolTypeRouter

from server.config.asgi import application
from server.realtime.feed import feed

Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[Mapping[str, Any]], Awaitable[None]]
Act = Callable[[bytes], Awaitable[None]]
GROUP = "watchers"

feed.coalesce_seconds = 0


def on_post(act: Act, otherwise: Any) -> Any:
    """Calls `act` with the body of every POST to /bench."""

    async def answer(scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
        if scope["path"] != "/bench":
            await otherwise(scope, receive, send)
            return
        await act((await receive())["body"])
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    return answer


async def hint(body: bytes) -> None:
    """As the ledger's signal does after a commit."""
    feed.hint(json.loads(body))


class Watching(AsyncWebsocketConsumer):
    async def connect(self) -> None:
        await self.channel_layer.group_add(GROUP, self.channel_name)
        await self.accept()

    async def live_frame(self, message: Mapping[str, Any]) -> None:
        await self.send(text_data=message["text"])


async def group_send(body: bytes) -> None:
    layer: Any = get_channel_layer()
    await layer.group_send(GROUP, {"type": "live.frame", "text": body.decode()})


routes = application.application_mapping
ours = ProtocolTypeRouter({**routes, "http": on_post(hint, routes["http"])})
rival = ProtocolTypeRouter({"http": on_post(group_send, routes["http"]), "websocket": Watching.as_asgi()})
