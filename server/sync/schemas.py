"""Wire types of the staff's side of sync: what waits for a person, and what is said of it."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from ninja import Schema
from pydantic import Field

from server.field.schemas import ActionDetail
from server.people.schemas import OfficerView


class CauseGroup(Schema):
    cause: str
    count: int
    oldest: datetime


class DecisionView(Schema):
    choice: str
    """`ratify`, `annul`, `supplement`, `belongs`, or `replay` by the operator's command."""
    note: str
    by: OfficerView | None
    at: datetime


class ReviewView(Schema):
    id: UUID
    court_id: UUID
    subject_id: UUID | None
    cause: str
    state: str
    status: str
    details: dict[str, Any]
    opened_at: datetime
    decided_at: datetime | None
    operation: str
    """h_n of the operation, in hex."""
    device: UUID
    incarnation: int
    seq: int
    officer: OfficerView
    """Who acted."""
    decisions: list[DecisionView]


class ReviewPage(Schema):
    groups: list[CauseGroup]
    items: list[ReviewView]
    next: str | None


class Holding(Schema):
    """Who held a case, and under which number."""

    number: int
    holder: str
    assigned_at: datetime
    ended_at: datetime | None


class ReviewedCase(Schema):
    case_id: UUID
    case_no: str
    status: str
    code: str
    stated_assignment_no: int | None
    then: Holding | None
    """Under the number the device stated; without one, at the time of the act."""
    now: Holding | None


class ReviewDetail(ReviewView):
    recorded_at: datetime | None
    """The act, as stated; `clock_verdict` says what that is worth. Its proof is `act.verified_at`."""
    clock_verdict: str
    received_at: datetime
    """The arrival."""
    device_name: str
    may_decide: str
    """"" where the reader may decide, else the code of the error he would get."""
    stated: dict[str, Any] | None
    """The body as the device made it; null where it cannot be read."""
    cases: list[ReviewedCase]
    """Those the reader may read."""
    act: ActionDetail | None
    """Null where none was made of it."""
    unknown_numbers: list[str]
    """Case numbers as typed, of which a person may say which case is meant."""
    other_act: ActionDetail | None
    """Of two acts on one node the one that moved it."""


class DecisionBody(Schema):
    note: str = ""


class PointingBody(DecisionBody):
    typed: str
    """The number as it stands in the act."""
    case_no: str
    """Of the case that is meant."""


class GroupDecisionBody(DecisionBody):
    choice: Literal["ratify", "annul", "supplement"]
    ids: list[UUID] = Field(min_length=1, max_length=200)


class GroupOutcome(Schema):
    id: UUID
    state: str
    code: str
    """"" where it was done, else the code of the error."""


class GroupOutcomes(Schema):
    done: int
    items: list[GroupOutcome]
