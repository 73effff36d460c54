"""Sockets of the server, behind the Origin check and the session."""

from typing import Any

from channels.auth import AuthMiddlewareStack
from channels.routing import URLRouter
from django.urls import path

from server.realtime.consumers import live
from server.realtime.origin import SameOriginOrTicket
from server.realtime.uncoloured import stop_colouring

stop_colouring()

socket: Any = live  # Django's stubs know views only
routes: Any = [path("ws/v1/live", socket)]
websocket = SameOriginOrTicket(URLRouter(routes), AuthMiddlewareStack)
