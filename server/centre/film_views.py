"""Films of body cameras that wait for an act: the page on which the station gives them one, with a reason."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from server.centre.language import chinese_first, content_language
from server.centre.views import frame, missing
from server.common.errors import DomainError
from server.field.films import acts_near, give_by_hand, matches_films, waiting_films
from server.field.kinds import kinds_document
from server.people.models import Officer

ROWS = 20
PAGE = "/centre/films"


def _reader(request: HttpRequest) -> Officer:
    assert isinstance(request.user, Officer)
    return request.user


@never_cache
@login_required
@chinese_first
@require_GET
def films_page(request: HttpRequest) -> HttpResponse:
    return _show(request)


@never_cache
@login_required
@chinese_first
@require_POST
def give(request: HttpRequest, film_id: UUID) -> HttpResponse:
    reason, action_id = request.POST.get("reason", "")[:200], _uuid(request.POST.get("action", ""))
    if action_id is None:
        return _show(request, _("Choose the act that it shows."), 422)
    try:
        give_by_hand(film_id=film_id, action_id=action_id, reason=reason, by=_reader(request))
    except DomainError as refused:
        return _show(request, str(refused.message), refused.status)
    return redirect(PAGE)


def _show(request: HttpRequest, fault: str = "", status: int = 200) -> HttpResponse:
    reader = _reader(request)
    if not matches_films(reader):
        return missing(request)
    after, found = _uuid(request.GET.get("after", "")), waiting_films(reader)
    rows = list((found.filter(pk__lt=after) if after else found)[: ROWS + 1])
    language = content_language()
    kinds = {kind["key"]: kind[language] for kind in kinds_document()["kinds"]}
    context = frame(
        request,
        officer=reader,
        lines=[
            (film, [(act, kinds.get(act.kind, act.kind)) for act in acts_near(reader, film)]) for film in rows[:ROWS]
        ],
        following=rows[ROWS - 1].pk if len(rows) > ROWS else None,
        fault=fault,
    )
    return render(request, "centre/films.html", context, status=status)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
