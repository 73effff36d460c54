"""Delegations as the API takes and gives them."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from ninja import Schema
from pydantic import Field, StringConstraints

from server.common.day import Day
from server.delegation.states import Move

_SAYABLE = r"^[^\x00]*$"
"""No database keeps a text with U+0000 in it."""
Words = Annotated[str, StringConstraints(max_length=1000, pattern=_SAYABLE)]
Name = Annotated[str, StringConstraints(max_length=200, pattern=_SAYABLE)]
Short = Annotated[str, StringConstraints(max_length=40, pattern=_SAYABLE)]
Number = Annotated[str, StringConstraints(max_length=100, pattern=_SAYABLE)]


class TargetDraft(Schema):
    """A property elsewhere: one of the case by its id, or one in words."""

    place: Annotated[str, StringConstraints(min_length=1, max_length=300, pattern=_SAYABLE)]
    property: UUID | None = None
    kind: Annotated[str, StringConstraints(max_length=20)] = ""
    name: Name = ""
    ref: Number = ""


Targets = Annotated[list[TargetDraft], Field(max_length=100)]


class Asking(Schema):
    """What a draft says. `id` is made by whoever drafts: asked twice it is one."""

    to_court: UUID
    id: UUID | None = None
    is_none_here: bool = False
    statement: Annotated[str, StringConstraints(max_length=2000, pattern=_SAYABLE)] = ""
    targets: Targets = []
    contact: dict[str, str] = {}


class Moving(Schema):
    """A move, with what it asks for."""

    move: Move
    words: Words = ""
    record_no: Number = ""
    case_no: Annotated[str, StringConstraints(max_length=60, pattern=_SAYABLE)] = ""
    handler: UUID | None = None
    handler_phone: Short = ""
    told_applicant_on: Day | None = None
    properties: Targets = []
    deadline_on: Day | None = None
    applicant_asked_on: Day | None = None
    to_court: UUID | None = None


class PaperDraft(Schema):
    """A paper of the case as one of the eight."""

    slot: Annotated[str, StringConstraints(max_length=30)]
    paper: UUID


class CourtView(Schema):
    id: UUID
    code: str
    name: str


class DelegationRow(Schema):
    id: UUID
    number: str
    state: str
    from_court: CourtView
    to_court: CourtView
    due_clock: str
    due_on: date | None
    is_overdue: bool
    waits_for: str
    """`delegating`, `receiving` or `above`: whose step it is; empty once it has ended."""
    case_no: str
    received_case_no: str
    sent_at: datetime | None
    ended_at: datetime | None


class DelegationPage(Schema):
    items: list[DelegationRow]
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
    kind: str
    basis: str
    late_days: int
    level: str


class MoveView(Schema):
    number: int
    move: str
    source: str
    target: str
    by: str
    court: UUID
    at: datetime
    words: str


class SnapshotView(Schema):
    court: UUID
    version: int
    made_at: datetime
    text: str
    content: dict[str, Any]
    changed: list[dict[str, Any]]
    """Since the version before."""


class DelegationDetail(DelegationRow):
    """What the reader's side may know; `sides` are those he reads."""

    sides: list[str]
    case_id: UUID | None
    """The delegating court's, to its readers."""
    received_case_id: UUID | None
    """The receiving court's, to its readers."""
    is_none_here: bool | None
    """What the draft says, to its court alone."""
    statement: str
    targets: list[dict[str, Any]]
    people: list[dict[str, Any]]
    contact: dict[str, Any]
    record_no: str
    measures: list[dict[str, Any]]
    papers: list[dict[str, Any]]
    missing_papers: list[str]
    handler: str
    handler_phone: str
    answer: dict[str, Any]
    """What the receiving court told last."""
    told_applicant_on: date | None
    explained_at: datetime | None
    consented_at: datetime | None
    deadline_on: date | None
    previous: str
    relation: str
    following: list[str]
    clocks: list[ClockView]
    moves: list[MoveView]
    snapshots: list[SnapshotView]
    steps: list[StepView]


class Following(Schema):
    """A delegation after a move, and the one that the move brought about, if the reader may read it."""

    delegation: DelegationDetail
    following: UUID | None


class SlotView(Schema):
    key: str
    zh: str
    en: str
    count: int


class PaperListView(Schema):
    version: str
    papers: list[SlotView]
