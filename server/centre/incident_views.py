"""The page of an incident. It begins and ends by what is so, not by a button."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from server.centre.incident_page import incident
from server.centre.language import chinese_first
from server.centre.views import frame, missing, places_of
from server.common.clock import now
from server.people.access import courts_watched_by
from server.people.models import Officer
from server.realtime.access import streams_watched_by


@never_cache
@login_required
@chinese_first
@require_GET
def incident_page(request: HttpRequest) -> HttpResponse:
    assert isinstance(request.user, Officer)
    if not courts_watched_by(request.user):
        return missing(request)
    streams = places_of(streams_watched_by(request.user))  # read first: a lower bound of what the page shows
    context = frame(request, officer=request.user, incident=incident(request.user, now()), streams=streams)
    return render(request, "centre/incident.html", context)
