"""HTTP of what waits for a person, and of what he says of it. No rules here."""

from typing import Annotated, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Router
from pydantic import Field

from server.field.access import readable_subjects
from server.field.details import action_detail
from server.field.models import FieldAction
from server.field.schemas import ActionDetail
from server.people.auth import SignedIn
from server.people.models import Officer
from server.sync.annulling import annul_act, reinstate_act
from server.sync.deciding import annul_review, ask_for_supplement, decide_reviews, ratify_review
from server.sync.models import Review
from server.sync.pointing import point_review
from server.sync.review_access import readable_review, reviews_visible_to
from server.sync.review_detail import review_detail, review_views
from server.sync.reviews import causes_waiting, reviews_page
from server.sync.schemas import (
    CauseGroup,
    DecisionBody,
    GroupDecisionBody,
    GroupOutcome,
    GroupOutcomes,
    PointingBody,
    ReviewDetail,
    ReviewPage,
)

router = Router(tags=["reviews"], auth=SignedIn())
PageSize = Annotated[int, Field(ge=1, le=500)]
StateFilter = Literal["open", "ratified", "annulled", "replayed", "all"]


def _reader(request: HttpRequest) -> Officer:
    assert isinstance(request.user, Officer)
    return request.user


@router.get("/reviews", response=ReviewPage)
def list_reviews(
    request: HttpRequest,
    state: StateFilter = "open",
    cause: str = "",
    cursor: UUID | None = None,
    limit: PageSize = 50,
) -> ReviewPage:
    """Acts not applied in the courts this officer watches: those that wait, unless `state` asks for others."""
    reviews = reviews_visible_to(_reader(request))
    states = Review.State.values if state == "all" else [state]
    rows = reviews_page(reviews, states=states, cause=cause, after=cursor, limit=limit + 1)
    following = str(rows[limit - 1].pk) if len(rows) > limit else None
    groups = [CauseGroup(**each) for each in causes_waiting(reviews)]
    return ReviewPage(groups=groups, items=review_views(rows[:limit]), next=following)


@router.get("/reviews/groups", response=list[CauseGroup])
def list_groups(request: HttpRequest) -> list[CauseGroup]:
    """How many wait for each cause, and since when."""
    return [CauseGroup(**each) for each in causes_waiting(reviews_visible_to(_reader(request)))]


@router.post("/reviews/decide", response=GroupOutcomes)
def decide_group(request: HttpRequest, body: GroupDecisionBody) -> GroupOutcomes:
    """The same decision on many, each judged alone; what could not be decided is named with its code."""
    done = decide_reviews(ids=body.ids, choice=body.choice, by=_reader(request), note=body.note)
    items = [GroupOutcome(id=each.id, state=each.state, code=each.code) for each in done]
    return GroupOutcomes(done=sum(not each.code for each in items), items=items)


@router.get("/reviews/{uuid:review_id}", response=ReviewDetail)
def show_review(request: HttpRequest, review_id: UUID) -> ReviewDetail:
    """The act with its evidence, who recorded it, and whose case it was then and is now."""
    return review_detail(readable_review(_reader(request), review_id), _reader(request))


@router.post("/reviews/{uuid:review_id}/ratify", response=ReviewDetail)
def ratify(request: HttpRequest, review_id: UUID, body: DecisionBody) -> ReviewDetail:
    """The act counts as if the officer had had the authority."""
    ratify_review(review_id=review_id, by=_reader(request), note=body.note)
    return show_review(request, review_id)


@router.post("/reviews/{uuid:review_id}/annul", response=ReviewDetail)
def annul(request: HttpRequest, review_id: UUID, body: DecisionBody) -> ReviewDetail:
    """The act does not count; what was recorded stays. Wants a note."""
    annul_review(review_id=review_id, by=_reader(request), note=body.note)
    return show_review(request, review_id)


@router.post("/reviews/{uuid:review_id}/supplement", response=ReviewDetail)
def supplement(request: HttpRequest, review_id: UUID, body: DecisionBody) -> ReviewDetail:
    """Say what is wanted before this is decided; it stays open. Wants a note."""
    ask_for_supplement(review_id=review_id, by=_reader(request), note=body.note)
    return show_review(request, review_id)


@router.post("/reviews/{uuid:review_id}/belongs", response=ReviewDetail)
def belongs(request: HttpRequest, review_id: UUID, body: PointingBody) -> ReviewDetail:
    """Say which case of this court a number means that nobody knows; the act is judged in it as of its arrival."""
    point_review(review_id=review_id, by=_reader(request), typed=body.typed, case_no=body.case_no, note=body.note)
    return show_review(request, review_id)


@router.post("/actions/{uuid:action_id}/annul", response=ActionDetail)
def annul_action(request: HttpRequest, action_id: UUID, body: DecisionBody) -> ActionDetail:
    """An act that stood counts no more in the cases of this court; its record and photos stay. Wants a note."""
    return _act(request, annul_act(action_id=action_id, by=_reader(request), note=body.note))


@router.post("/actions/{uuid:action_id}/reinstate", response=ActionDetail)
def reinstate_action(request: HttpRequest, action_id: UUID, body: DecisionBody) -> ActionDetail:
    """What was annulled of it counts again, judged anew."""
    return _act(request, reinstate_act(action_id=action_id, by=_reader(request), note=body.note))


def _act(request: HttpRequest, action: FieldAction) -> ActionDetail:
    action.refresh_from_db()
    return action_detail(action, list(readable_subjects(_reader(request), action.pk).order_by("pk")))
