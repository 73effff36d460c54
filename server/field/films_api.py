"""Films of body cameras without an act, over HTTP: no rules."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import Field

from server.evidence.models import Recording
from server.field.films import acts_near, give_by_hand, waiting_films
from server.people.auth import SignedIn
from server.people.models import Officer

router = Router(tags=["evidence"], auth=SignedIn())


class ActNearView(Schema):
    action_id: UUID
    case_no: str
    kind: str
    recorded_at: datetime
    officer: str
    is_candidate: bool


class FilmView(Schema):
    id: UUID
    sha256: str
    serial: str
    name: str
    size: int
    starts_at: datetime | None
    ends_at: datetime | None
    imported_at: datetime
    action_id: UUID | None
    case_id: UUID | None


class WaitingFilm(FilmView):
    acts: list[ActNearView]


class FilmPage(Schema):
    items: list[WaitingFilm]
    next: UUID | None


class Choice(Schema):
    action_id: UUID
    reason: Annotated[str, Field(max_length=200)]


def _officer(request: HttpRequest) -> Officer:
    assert isinstance(request.user, Officer)
    return request.user


@router.get("/films", response=FilmPage, summary="Films of body cameras that wait for an act")
def list_films(
    request: HttpRequest, cursor: UUID | None = None, limit: Annotated[int, Field(ge=1, le=50)] = 20
) -> FilmPage:
    """Of the court of whoever looks after its field work, the newest first; each with acts it may show."""
    found = waiting_films(_officer(request))
    rows = list((found.filter(pk__lt=cursor) if cursor else found)[: limit + 1])
    following = rows[limit - 1].pk if len(rows) > limit else None
    return FilmPage(items=[_waiting(_officer(request), film) for film in rows[:limit]], next=following)


@router.post("/films/{uuid:film_id}/act", response=FilmView)
def give(request: HttpRequest, film_id: UUID, choice: Choice) -> FilmView:
    """It shows this act: entered with the case, with the reason in the private part."""
    by = _officer(request)
    return _view(give_by_hand(film_id=film_id, action_id=choice.action_id, reason=choice.reason, by=by))


def _view(film: Recording) -> FilmView:
    return FilmView(**{name: getattr(film, name) for name in FilmView.model_fields})


def _waiting(officer: Officer, film: Recording) -> WaitingFilm:
    acts = [
        ActNearView(**{name: getattr(act, name) for name in ActNearView.model_fields})
        for act in acts_near(officer, film)
    ]
    return WaitingFilm(**dict(_view(film)), acts=acts)
