"""HTTP by Django, the live socket by `realtime`."""

import os

import django
from channels.routing import ProtocolTypeRouter
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "server.config.settings")
django.setup(set_prefix=False)  # what follows may import models

from server.config.asgi_pool import PooledHandler  # noqa: E402
from server.realtime.routing import websocket  # noqa: E402

application = ProtocolTypeRouter(
    {"http": PooledHandler(threads=settings.WEB_THREADS, queue=settings.WEB_QUEUE), "websocket": websocket}
)
