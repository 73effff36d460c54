"""What a court on another server says of a matter, read strictly: what we do not know is left out. Pure."""

from decimal import Decimal
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from server.common.day import Day
from server.matters.states import Move, State

_SAYABLE = r"^[^\x00]*$"
Name = Annotated[str, StringConstraints(max_length=100, pattern=_SAYABLE)]
Short = Annotated[str, StringConstraints(max_length=40, pattern=_SAYABLE)]
Code = Annotated[str, StringConstraints(max_length=30, pattern=r"^[\w.@-]*$")]
Words = Annotated[str, StringConstraints(max_length=1000, pattern=_SAYABLE)]
Member = Annotated[str, StringConstraints(max_length=2000, pattern=_SAYABLE)]
Title = Annotated[str, StringConstraints(max_length=200, pattern=_SAYABLE)]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Version = Annotated[int, Field(ge=1, le=2**31 - 1)]
Members = Annotated[dict[Name, Member], Field(max_length=40)]


class _Told(BaseModel):
    """Members that we do not know are a newer server's, and no fault."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class CourtTold(_Told):
    code: Annotated[str, StringConstraints(max_length=20)]


class PaperTold(_Told):
    slot: Code
    title: Title
    document_no: Name = ""
    sha256: Sha256
    size: Annotated[int, Field(ge=1, le=2**40)]
    media_type: Name = ""


class RequestTold(_Told):
    """The `request` of protocol R150."""

    id: UUID
    number: Annotated[str, StringConstraints(min_length=1, max_length=40, pattern=_SAYABLE)]
    version: Version
    kind: Code
    catalogue: Code
    from_: Annotated[CourtTold, Field(alias="from")]
    to: CourtTold
    request: Members
    people: Annotated[list[Members], Field(max_length=500)]
    papers: Annotated[list[PaperTold], Field(max_length=500)]
    contact: Members
    limit_days: Annotated[int, Field(ge=1, le=3650)] | None
    valid_until: Day | None
    is_urgent: bool
    duty_phone: Short
    papers_due_on: Day | None


class FeedbackTold(_Told):
    """The `feedback` of protocol R150."""

    id: UUID
    version: Version
    papers: Annotated[list[PaperTold], Field(max_length=500)]


class FileTold(_Told):
    """A photograph, film or sound of an act."""

    sha256: Sha256
    size: Annotated[int, Field(ge=1, le=2**40)]
    media_type: Name = ""
    act: UUID
    shot_code: Code = ""
    recorded_at: AwareDatetime | None = None


class HandlerTold(_Told):
    name: Name
    phone: Short = ""


class MoveTold(_Told):
    move: Move
    source: State | None = None
    reason: Code = ""
    words: Words = ""
    snapshot: str = ""
    handler: HandlerTold | None = None
    rating: Annotated[int, Field(ge=1, le=5)] | None = None
    asks_release: bool = False
    in_force: list[Code] = []
    files: Annotated[list[FileTold], Field(max_length=5000)] = []


class TalkTold(_Told):
    text: Annotated[str, StringConstraints(min_length=1, max_length=1000, pattern=_SAYABLE)]
    spoke_with: Name
    phone: Short = ""


class ResultTold(_Told):
    id: UUID
    code: Code
    amount: Annotated[Decimal, Field(ge=0, max_digits=16, decimal_places=2)] | None = None
    rank: Annotated[int, Field(ge=1, le=1000)] | None = None
    expires_on: Day | None = None
    text: Words = ""


class SnapshotTold(_Told):
    snapshot: str


class AnswerTold(_Told):
    """What the other court's server would not take, and why."""

    answers: Version
    code: Annotated[str, StringConstraints(min_length=1, max_length=40, pattern=r"^[a-z_]+$")]
    details: dict[str, object] = {}
