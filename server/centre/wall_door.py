"""What a wall's account may open: the wall, what its socket goes on from, nothing else, whatever an endpoint thinks."""

import re
from collections.abc import Callable

from django.contrib.auth import SESSION_KEY
from django.http import Http404, HttpRequest, HttpResponseBase

from server.people.models import Officer

OPEN_TO_WALLS = re.compile(
    r"/static/.*"
    r"|/centre/"
    r"|/centre/(sign-in|sign-out|choose)"
    r"|/api/v1/hello"
    r"|/api/v1/session"
    r"|/api/v1/live/[0-9a-f-]{36}(/snapshot)?"
)


def walls_see_walls_only(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    def middleware(request: HttpRequest) -> HttpResponseBase:
        if not OPEN_TO_WALLS.fullmatch(request.path) and _is_wall(request):
            raise Http404
        return get_response(request)

    return middleware


def _is_wall(request: HttpRequest) -> bool:
    """Without a session nobody is asked for."""
    return SESSION_KEY in request.session and isinstance(request.user, Officer) and request.user.is_wall
