"""Matters as the API takes and gives them."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from ninja import Schema
from pydantic import AfterValidator, Field, StringConstraints

from server.common.day import Day
from server.matters.kinds import catalogue
from server.matters.states import Move

_SAYABLE = r"^[^\x00]*$"
"""No database keeps a text with U+0000 in it."""
Words = Annotated[str, StringConstraints(max_length=1000, pattern=_SAYABLE)]
Short = Annotated[str, StringConstraints(max_length=40, pattern=_SAYABLE)]


def _known_reason(code: str) -> str:
    if code and code not in catalogue().names["reasons"]:
        raise ValueError("no reason of a return")
    return code


Reason = Annotated[str, AfterValidator(_known_reason)]
"""Code of the reason of a return, as `GET /matter-kinds` lists them."""


class Asking(Schema):
    """What is asked. `id` is made by whoever asks: asked twice it is one."""

    kind: Annotated[str, StringConstraints(max_length=30)]
    to_court: UUID
    id: UUID | None = None
    request: dict[str, str] = {}
    parties: list[UUID] | None = None
    contact: dict[str, str] = {}
    limit_days: Annotated[int, Field(ge=1, le=3650)] | None = None
    valid_until: Day | None = None
    is_urgent: bool = False
    duty_phone: Short = ""
    papers_due_on: Day | None = None


class ResultDraft(Schema):
    """`id` is made by whoever says it: said twice it is one. Of many at once, each gets its own."""

    id: UUID | None = None
    code: Annotated[str, StringConstraints(max_length=20)]
    amount: Decimal | None = None
    rank: int | None = None
    expires_on: Day | None = None
    text: Words = ""


class Moving(Schema):
    move: Move
    words: Words = ""
    reason: Reason = ""
    handler: UUID | None = None
    handler_phone: Short = ""
    helpers: list[UUID] = []
    """Officers who go with the handler; of the court that asked, too, where both act together."""
    was_on_site: bool = False
    asks_release: bool = False
    rating: Annotated[int, Field(ge=0, le=5)] = 0


class MovingMany(Moving):
    ids: Annotated[list[UUID], Field(min_length=1, max_length=200)]
    result: ResultDraft | None = None


class MovedItem(Schema):
    id: UUID
    state: str
    code: str
    message: str


class MovedMany(Schema):
    items: list[MovedItem]


class TalkDraft(Schema):
    """`id` is made by whoever says it, here and in a note: said twice it is one."""

    id: UUID | None = None
    spoke_with: Annotated[str, StringConstraints(max_length=100, pattern=_SAYABLE)]
    text: Words
    phone: Short = ""


class NoteDraft(Schema):
    id: UUID | None = None
    text: Words


class PaperDraft(Schema):
    """A paper of the case as one of the matter's."""

    slot: Annotated[str, StringConstraints(max_length=30)]
    paper: UUID


class CourtView(Schema):
    id: UUID
    code: str
    name: str


class MatterRow(Schema):
    id: UUID
    number: str
    kind: str
    state: str
    from_court: CourtView
    to_court: CourtView
    is_urgent: bool
    due_clock: str
    due_on: date | None
    is_overdue: bool
    level: str
    """How near its day is, as of the last pass; `is_overdue` is by the clock."""
    urged: int
    is_supervised: bool
    waits_for: str
    """`asking` or `doing`: whose step it is; empty once it has ended."""
    sent_at: datetime | None
    ended_at: datetime | None


class MatterPage(Schema):
    items: list[MatterRow]
    next: UUID | None


class StepView(Schema):
    """A next step of the reader: `code` and `message` say why it may not be taken yet."""

    move: str
    code: str
    message: str
    details: dict[str, Any]
    asks: list[str]


class ClockView(Schema):
    clock: str
    started_on: date
    due_on: date | None
    stopped_on: date | None
    is_paused: bool
    is_provisional: bool


class EnteredView(Schema):
    """On behalf of a court without Zhixing: who entered it, from which file."""

    by: str
    file: str


class MoveView(Schema):
    number: int
    move: str
    source: str
    target: str
    by: str
    court: UUID
    at: datetime
    reason: str
    words: str
    entered: EnteredView | None
    """Null where the court said it itself."""


class TalkView(Schema):
    id: UUID
    court: UUID
    by: str
    at: datetime
    is_note: bool
    spoke_with: str
    phone: str
    text: str


class UrgeDraft(Schema):
    """`supervises`: 督办, watched over until it has ended. `id` is made by whoever urges: said twice it is one."""

    id: UUID | None = None
    text: Words
    supervises: bool = False


class UrgeView(Schema):
    id: UUID
    court: UUID
    by: str
    """Empty: by itself, when the day had passed."""
    clock: str
    due_on: date
    text: str
    is_supervision: bool
    asked_at: datetime
    settled_at: datetime | None


class SnapshotView(Schema):
    court: UUID
    version: int
    made_at: datetime
    text: str
    content: dict[str, Any]
    changed: list[dict[str, Any]]
    """Since the version before."""


class MatterDetail(MatterRow):
    """What the reader's side may know; `sides` are those he reads."""

    sides: list[str]
    case_id: UUID | None
    case_no: str
    request: dict[str, Any]
    people: list[dict[str, Any]]
    contact: dict[str, Any]
    papers: list[dict[str, Any]]
    missing_papers: list[str]
    limit_days: int | None
    valid_until: date | None
    duty_phone: str
    papers_due_on: date | None
    handler: str
    handler_phone: str
    results: list[dict[str, Any]]
    result_papers: list[dict[str, Any]]
    disputes: int
    is_confirmed_by_time: bool
    rating: int | None
    rating_text: str
    complaint: str
    previous: str
    clocks: list[ClockView]
    moves: list[MoveView]
    talks: list[TalkView]
    urges: list[UrgeView]
    may_urge: bool
    by_package: bool
    """Its court has no Zhixing: a package goes out, a result file comes back."""
    snapshots: list[SnapshotView]
    others_on_property: list[str]
    """Numbers of open ones about the same property: a warning."""
    steps: list[StepView]


class Following(Schema):
    """A matter after a move, and the draft that the move brought about."""

    matter: MatterDetail
    following: UUID | None


class KindView(Schema):
    key: str
    zh: str
    en: str
    days: int | None
    weight: float
    papers: dict[str, int]
    asks: list[str]
    results: list[str]
    release: str


class CatalogueView(Schema):
    version: str
    kinds: list[KindView]
    names: dict[str, dict[str, tuple[str, str]]]
    results: dict[str, tuple[str, str]]
