"""Matters over HTTP. No rules here."""

from io import BytesIO
from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Query, Router
from pydantic import Field, StringConstraints

from server.cases.access import readable_case
from server.cases.levels import Level
from server.common.clock import now
from server.common.errors import DomainError
from server.matters.access import matters_visible_to, readable_matter
from server.matters.kinds import catalogue
from server.matters.queries import boxed, narrowed
from server.matters.schemas import (
    Asking,
    CatalogueView,
    Following,
    KindView,
    MatterDetail,
    MatterPage,
    MovedItem,
    MovedMany,
    Moving,
    MovingMany,
    NoteDraft,
    PaperDraft,
    ResultDraft,
    TalkDraft,
    UrgeDraft,
)
from server.matters.services import (
    Asked,
    Outcome,
    Said,
    add_case_paper,
    add_file,
    add_note,
    add_result,
    draft_matter,
    log_talk,
    move_many,
    move_matter,
    remove_paper,
    revise_draft,
    urge_matter,
)
from server.matters.showing import detail_of, row_of
from server.matters.states import Clock, State
from server.people.access import courts_watched_by
from server.people.auth import SignedIn
from server.people.models import Court, Officer

router = Router(tags=["matters"], auth=SignedIn())
PageSize = Annotated[int, Field(ge=1, le=200)]
Slot = Annotated[str, StringConstraints(max_length=30)]
Title = Annotated[str, StringConstraints(max_length=200)]


def _officer(request: HttpRequest) -> Officer:
    assert isinstance(request.user, Officer)
    return request.user


@router.get("/matter-kinds", response=CatalogueView)
def list_kinds(request: HttpRequest) -> CatalogueView:
    """The kinds of errands, with their papers, limits and results; names in Chinese and English."""
    known = catalogue()
    kinds = [
        KindView(
            key=kind.key,
            zh=kind.names[0],
            en=kind.names[1],
            days=kind.days,
            weight=kind.weight,
            papers=dict(kind.papers),
            asks=list(kind.asks),
            results=list(kind.results),
            release=kind.release,
        )
        for kind in known.kinds.values()
    ]
    names = {each: dict(listed) for each, listed in known.names.items()}
    results = {key: each.names for key, each in known.results.items()}
    return CatalogueView(version=known.version, kinds=kinds, names=names, results=results)


@router.get("/matters", response=MatterPage)
def list_matters(
    request: HttpRequest,
    box: Literal["in", "out"] = "in",
    state: Literal[""] | State = "",
    clock: Literal[""] | Clock = "",
    level: Literal[""] | Level = "",
    cursor: UUID | None = None,
    limit: PageSize = 50,
) -> MatterPage:
    """What came in to the reader's court and those he watches, or went out of them, the newest first. `clock`, `level`:
    those whose time runs out."""
    officer = _officer(request)
    courts = courts_watched_by(officer) | {officer.court_id}
    matters = boxed(matters_visible_to(officer), box, courts)
    matters = narrowed(matters, state=state, due_clock=clock, level=level)
    matters = matters.filter(pk__lt=cursor) if cursor else matters
    rows = list(matters.select_related("from_court", "to_court").order_by("-pk")[: limit + 1])
    last = rows[limit - 1].pk if len(rows) > limit else None
    return MatterPage(items=[row_of(row, now()) for row in rows[:limit]], next=last)


@router.post("/cases/{uuid:case_id}/matters", response=MatterDetail)
def draft(request: HttpRequest, case_id: UUID, body: Asking) -> MatterDetail:
    """Draft an errand for another court; `others_on_property` warns of open ones about the same property."""
    officer = _officer(request)
    case = readable_case(officer, case_id)
    drafted = draft_matter(case=case, to_court=_court(body.to_court), asked=_asked(body), by=officer, matter_id=body.id)
    return _shown(drafted.matter.pk, officer)


@router.post("/matters/moves", response=MovedMany)
def move_together(request: HttpRequest, body: MovingMany) -> MovedMany:
    """The same move of many, each judged by itself; `code` says why one was not moved."""
    outcome = _outcome(body.result) if body.result else None
    items = move_many(matter_ids=body.ids, move=body.move, by=_officer(request), said=_said(body), outcome=outcome)
    return MovedMany(
        items=[MovedItem(id=each.matter_id, state=each.state, code=each.code, message=each.message) for each in items]
    )


@router.get("/matters/{uuid:matter_id}", response=MatterDetail)
def read_matter(request: HttpRequest, matter_id: UUID) -> MatterDetail:
    """One matter as the reader's side knows it, with his next steps."""
    return _shown(matter_id, _officer(request))


@router.put("/matters/{uuid:matter_id}", response=MatterDetail)
def revise(request: HttpRequest, matter_id: UUID, body: Asking) -> MatterDetail:
    """Say anew what a draft asks; its court stays."""
    officer = _officer(request)
    matter = readable_matter(officer, matter_id)
    revise_draft(matter=matter, asked=_asked(body), by=officer)
    return _shown(matter_id, officer)


@router.post("/matters/{uuid:matter_id}/moves", response=Following)
def move(request: HttpRequest, matter_id: UUID, body: Moving) -> Following:
    """One step of its life; what stands against it is answered with its code."""
    officer = _officer(request)
    readable_matter(officer, matter_id)
    done = move_matter(matter_id=matter_id, move=body.move, by=officer, said=_said(body))
    return Following(matter=_shown(matter_id, officer), following=done.following.pk if done.following else None)


@router.post("/matters/{uuid:matter_id}/talks", response=MatterDetail)
def talk(request: HttpRequest, matter_id: UUID, body: TalkDraft) -> MatterDetail:
    """Log a talk with the other court; both read it."""
    officer = _officer(request)
    matter = readable_matter(officer, matter_id)
    said = {"spoke_with": body.spoke_with, "text": body.text, "phone": body.phone}
    log_talk(matter=matter, by=officer, talk_id=body.id, **said)
    return _shown(matter_id, officer)


@router.post("/matters/{uuid:matter_id}/notes", response=MatterDetail)
def note(request: HttpRequest, matter_id: UUID, body: NoteDraft) -> MatterDetail:
    """A note for the own court and its superiors alone."""
    officer = _officer(request)
    add_note(matter=readable_matter(officer, matter_id), by=officer, text=body.text, note_id=body.id)
    return _shown(matter_id, officer)


@router.post("/matters/{uuid:matter_id}/urges", response=MatterDetail)
def urge(request: HttpRequest, matter_id: UUID, body: UrgeDraft) -> MatterDetail:
    """Urge the court whose turn it is, from a court above it, once its day has passed."""
    officer = _officer(request)
    matter = readable_matter(officer, matter_id)
    urge_matter(matter=matter, by=officer, text=body.text, supervises=body.supervises, urge_id=body.id)
    return _shown(matter_id, officer)


@router.post("/matters/{uuid:matter_id}/papers", response=MatterDetail)
def take_paper(request: HttpRequest, matter_id: UUID, body: PaperDraft) -> MatterDetail:
    """A paper of the case as one of the matter's."""
    officer = _officer(request)
    add_case_paper(matter=readable_matter(officer, matter_id), slot=body.slot, paper_id=body.paper, by=officer)
    return _shown(matter_id, officer)


@router.delete("/matters/{uuid:matter_id}/papers/{sha256}", response=MatterDetail)
def take_off_paper(request: HttpRequest, matter_id: UUID, sha256: str) -> MatterDetail:
    """Take a paper off a draft; the own court's ledger keeps that it was there."""
    officer = _officer(request)
    remove_paper(matter=readable_matter(officer, matter_id), sha256=sha256, by=officer)
    return _shown(matter_id, officer)


@router.post("/matters/{uuid:matter_id}/files", response=MatterDetail)
def take_file(
    request: HttpRequest, matter_id: UUID, slot: Slot = "other", title: Title = "", result: Query[bool] = False
) -> MatterDetail:
    """A file as one of its papers: the body is its bytes. `result`: of what came of it."""
    officer = _officer(request)
    matter = readable_matter(officer, matter_id)
    content = BytesIO(request.body)
    add_file(matter=matter, slot=slot, title=title or slot, content=content, is_result=result, by=officer)
    return _shown(matter_id, officer)


@router.post("/matters/{uuid:matter_id}/results", response=MatterDetail)
def say_result(request: HttpRequest, matter_id: UUID, body: ResultDraft) -> MatterDetail:
    """What came of it so far; the court that asked hears of it at once."""
    officer = _officer(request)
    add_result(matter=readable_matter(officer, matter_id), outcome=_outcome(body), by=officer)
    return _shown(matter_id, officer)


def _shown(matter_id: UUID, officer: Officer) -> MatterDetail:
    return detail_of(readable_matter(officer, matter_id), officer)


def _court(court_id: UUID) -> Court:
    court = Court.objects.filter(pk=court_id).first()
    if court is None:
        raise DomainError("matter_court_unfit", 422, _("An errand goes to another court."))
    return court


def _asked(body: Asking) -> Asked:
    return Asked(**body.dict(exclude={"to_court", "id"}))


def _said(body: Moving) -> Said:
    names: dict[str, Any] = {name: getattr(body, name) for name in Said.__dataclass_fields__}
    return Said(**names)


def _outcome(body: ResultDraft) -> Outcome:
    return Outcome(**body.dict())
