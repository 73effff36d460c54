"""The server's own application, without coalescing; hinted by POST as the ledger's signal hints after a commit."""

import json
import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "server.config.settings")

from channels.routing import ProtocolTypeRouter

from bench.asgi_posts import on_post
from server.config.asgi import application as zhixing
from server.realtime.feed import feed

feed.coalesce_seconds = 0


async def hint(body: bytes) -> None:
    feed.hint(json.loads(body))


routes = zhixing.application_mapping
application = ProtocolTypeRouter({**routes, "http": on_post(hint, routes["http"])})
