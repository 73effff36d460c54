"""Pages of what waits for a person: the list, one review, and deciding with one tap."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from server.centre.alarms import alarm_total
from server.centre.causes import cause_name, refusal_text
from server.centre.desk import desk
from server.centre.desk_filters import BY_CAUSE, Filters
from server.centre.desk_frame import desk_frame
from server.centre.language import chinese_first
from server.centre.review_list import ReviewList, review_list
from server.centre.review_page import review_page
from server.centre.views import frame, missing, places_of
from server.common.clock import local_date, now
from server.common.errors import DomainError
from server.people.models import Officer
from server.realtime.access import streams_watched_by
from server.sync.deciding import MAX_AT_ONCE, Decided, decide_reviews
from server.sync.models import ReviewDecision
from server.sync.pointing import point_review
from server.sync.review_access import readable_review

LIST = "/centre/reviews"
CHOICES = (ReviewDecision.Choice.RATIFY, ReviewDecision.Choice.ANNUL, ReviewDecision.Choice.SUPPLEMENT)


def _reader(request: HttpRequest) -> Officer:
    assert isinstance(request.user, Officer)
    return request.user


@never_cache
@login_required
@chinese_first
@require_GET
def reviews_page(request: HttpRequest) -> HttpResponse:
    return _show(request, None)


@never_cache
@login_required
@chinese_first
@require_GET
def review_view(request: HttpRequest, review_id: UUID) -> HttpResponse:
    return _show(request, review_id)


@never_cache
@login_required
@chinese_first
@require_POST
def decide(request: HttpRequest) -> HttpResponse:
    """One choice on one review or on all of a bunch, then on to the next that waits."""
    choice, ids = request.POST.get("choice", ""), _ids(request.POST.getlist("id"))
    try:
        listed = review_list(_reader(request), request.POST.get("cause", ""))
    except DomainError:
        return missing(request)
    if choice not in CHOICES or not ids:
        return missing(request)
    following = _after(listed, ids)
    done = decide_reviews(ids=ids, choice=choice, by=_reader(request), note=request.POST.get("note", ""))
    return HttpResponseRedirect(_back(request.POST.get("cause", ""), ids, following, done, choice))


@never_cache
@login_required
@chinese_first
@require_POST
def belongs(request: HttpRequest, review_id: UUID) -> HttpResponse:
    """Say which case is meant; back to the review, which is decided now or waits under its true cause."""
    typed, case_no = request.POST.get("typed", ""), request.POST.get("case_no", "")
    told = {"cause": request.POST.get("cause", "")[:40], "choice": ReviewDecision.Choice.BELONGS.value}
    try:
        point_review(review_id=review_id, by=_reader(request), typed=typed, case_no=case_no)
    except DomainError as refused:
        told["code"] = refused.code
    else:
        told["done"] = "1"
    query = urlencode({name: value for name, value in told.items() if value})
    return HttpResponseRedirect(f"{LIST}/{review_id}?{query}")


def _ids(texts: list[str]) -> list[UUID]:
    try:
        return [UUID(text) for text in texts][:MAX_AT_ONCE]
    except ValueError:
        return []


def _after(listed: ReviewList, ids: list[UUID]) -> UUID | None:
    """The first that waits behind these, else before them."""
    order = listed.following
    last = max((order.index(each) for each in ids if each in order), default=-1)
    left = [each for each in (*order[last + 1 :], *order) if each not in ids]
    return left[0] if left else None


def _back(cause: str, ids: list[UUID], following: UUID | None, done: list[Decided], choice: str) -> str:
    """To the next one; back to the same where it could not be decided."""
    faults = [each.code for each in done if each.code]
    told = {"cause": cause, "done": str(len(done) - len(faults)), "choice": choice, "code": faults[0] if faults else ""}
    place = ids[0] if faults and len(ids) == 1 else following
    query = urlencode({name: value for name, value in told.items() if value})
    return f"{LIST}/{place}?{query}" if place else f"{LIST}?{query}"


def _show(request: HttpRequest, review_id: UUID | None) -> HttpResponse:
    reader, cause = _reader(request), request.GET.get("cause", "")[:40]
    streams = places_of(streams_watched_by(reader))  # read first: a lower bound of what the page shows
    try:
        listed = review_list(reader, cause)
        page = review_page(readable_review(reader, review_id), reader) if review_id else None
    except DomainError:
        return missing(request)
    nothing, counters = desk(reader, Filters(by=BY_CAUSE), local_date(now()))
    context = frame(
        request,
        **desk_frame(reader, "reviews", counters, streams),
        listed=listed,
        case_total=nothing.total,
        alarm_total=alarm_total(reader),
        addresses={"whole": "/centre/"},
        cause=cause,
        cause_name=cause_name(cause) if cause else "",
        page=page,
        told=_told(request),
        query=urlencode({"cause": cause}) if cause else "",
    )
    return render(request, "centre/reviews.html", context)


def _told(request: HttpRequest) -> dict[str, Any]:
    """What the last decision did, for the line above the list."""
    done, code = request.GET.get("done", ""), refusal_text(request.GET.get("code", "")[:40])
    choice = request.GET.get("choice", "")
    known = (*CHOICES, ReviewDecision.Choice.BELONGS)
    name = str(ReviewDecision.Choice(choice).label) if choice in known else ""
    return {"done": int(done) if done.isdecimal() and len(done) < 5 else 0, "code": code, "choice": name}
