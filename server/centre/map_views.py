"""The map of acts: where they were recorded, each as it was received, and the same as a list."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from server.cases.access import cases_visible_to
from server.centre.desk_filters import Choices
from server.centre.geo_view import drawn
from server.centre.language import chinese_first
from server.centre.spots import since_days, spots_in
from server.centre.views import frame, missing
from server.people.access import courts_watched_by
from server.people.models import Officer

DAYS = (1, 7, 30)


@never_cache
@login_required
@chinese_first
@require_GET
def map_page(request: HttpRequest) -> HttpResponse:
    """Of the last days, and of one court if the address names it."""
    reader = request.user
    assert isinstance(reader, Officer)
    if not courts_watched_by(reader):
        return missing(request)
    days = next((each for each in DAYS if str(each) == request.GET.get("days")), 7)
    court = request.GET.get("court", "")[:20]
    cases = cases_visible_to(reader)
    cases = cases.filter(court__code=court) if court else cases
    spots = spots_in(cases, since=since_days(days))
    context = frame(
        request,
        officer=reader,
        map=drawn([spot.placed for spot in spots]),
        spots=spots,
        days=days,
        all_days=DAYS,
        court=court,
        courts=Choices.of(reader).courts,
    )
    return render(request, "centre/map.html", context)
