"""The wall, and the accounts of walls."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from server.centre.language import chinese_first
from server.centre.states import link_looks
from server.centre.views import desk_page, frame, missing, places_of
from server.centre.wall import wall_of
from server.common.clock import now
from server.people.access import courts_on_wall, keeps_walls
from server.people.models import Officer
from server.people.queries import walls_of
from server.people.services import create_wall, revoke_wall
from server.realtime.access import streams_watched_by

NAME_CHARACTERS = 60


def _officer(request: HttpRequest) -> Officer:
    assert isinstance(request.user, Officer)
    return request.user


@never_cache
@login_required
@chinese_first
@require_GET
def front_page(request: HttpRequest) -> HttpResponseBase:
    """The desk; for a wall, and for who asks for it, the wall."""
    officer = _officer(request)
    if not officer.is_wall and request.GET.get("wall") != "1":
        return desk_page(request)
    shown = courts_on_wall(officer)
    if not shown:
        return missing(request)
    streams = [each for each in places_of(streams_watched_by(officer)) if each["stream"].startswith("court:")]
    wall = wall_of(officer.court, shown, now())
    context = frame(request, wall=wall, streams=streams, link_states=link_looks())
    return render(request, "centre/wall.html", {**context, "theme": "wall"})


@never_cache
@login_required
@chinese_first
@require_GET
def accounts_page(request: HttpRequest) -> HttpResponse:
    officer = _officer(request)
    return _accounts(request, officer) if keeps_walls(officer) else missing(request)


def _accounts(request: HttpRequest, officer: Officer, **made: str) -> HttpResponse:
    context = frame(request, officer=officer, walls=walls_of(officer.court), **made)
    return render(request, "centre/wall_accounts.html", context)


@never_cache
@login_required
@chinese_first
@require_POST
def add_wall(request: HttpRequest) -> HttpResponse:
    """Answers with the page that says the password, this once."""
    officer, name = _officer(request), request.POST.get("name", "").strip()[:NAME_CHARACTERS]
    if not keeps_walls(officer) or not name:
        return missing(request)
    wall, password = create_wall(court=officer.court, name=name, by=officer)
    return _accounts(request, officer, made=wall.staff_no, password=password)


@never_cache
@login_required
@chinese_first
@require_POST
def end_wall(request: HttpRequest, wall_id: UUID) -> HttpResponse:
    officer = _officer(request)
    wall = walls_of(officer.court).filter(pk=wall_id).first()
    if not keeps_walls(officer) or wall is None:
        return missing(request)
    revoke_wall(wall=wall, by=officer)
    return redirect("/centre/accounts")
