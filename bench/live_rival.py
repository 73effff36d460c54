"""The usual way with Channels: one group of all sockets, and group_send through the in-memory layer."""

import os
from collections.abc import Mapping
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "server.config.settings")

from channels.generic.websocket import AsyncWebsocketConsumer
from channels.layers import get_channel_layer
from channels.routing import ProtocolTypeRouter
from django.core.asgi import get_asgi_application

from bench.asgi_posts import on_post

GROUP = "watchers"


class Watching(AsyncWebsocketConsumer):
    async def connect(self) -> None:
        await self.channel_layer.group_add(GROUP, self.channel_name)
        await self.accept()

    async def live_frame(self, message: Mapping[str, Any]) -> None:
        await self.send(text_data=message["text"])


async def group_send(body: bytes) -> None:
    layer: Any = get_channel_layer()
    await layer.group_send(GROUP, {"type": "live.frame", "text": body.decode()})


http = on_post(group_send, get_asgi_application())
application = ProtocolTypeRouter({"http": http, "websocket": Watching.as_asgi()})
