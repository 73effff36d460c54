"""Wire types of supervision."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from ninja import Schema
from pydantic import AwareDatetime, Field, StringConstraints

from server.supervision.models import Finding

Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]


class SilentDeviceView(Schema):
    device: UUID
    name: str
    officer: str
    last_contact_at: datetime | None
    unsent_acts: int
    """That may be about the case, told when it was heard of after the limit had passed; 0 where it was not."""


class FindingView(Schema):
    id: UUID
    case_id: UUID
    case_no: str
    node_id: UUID
    node_key: str
    node: str
    """Its name in the reader's language."""
    due_on: date
    due_at: datetime | None
    level: str
    person: str
    """Name of whoever answers for it; empty where the court has nobody."""
    state: str
    cause: str
    explanation: str
    explained_at: datetime | None
    conclusion: str
    note: str
    concluded_at: datetime | None
    is_provisional: bool
    """A device of whoever held the case may still hold the act: not heard of since, or not rid of its acts by then."""
    silent_devices: list[SilentDeviceView]
    silence: list[str]
    """Each of them in a sentence, in the reader's language."""


class FindingPage(Schema):
    items: list[FindingView]
    next: str | None


class WarningView(Schema):
    case_id: UUID
    case_no: str
    node_id: UUID
    node_key: str
    node: str
    level: str
    started_on: date | None
    due_on: date | None
    due_at: datetime | None
    finding: FindingView | None
    """Of a limit that has passed."""


class WarningPage(Schema):
    items: list[WarningView]
    levels: dict[str, int]
    """How many nodes at each level, whatever the page is narrowed to."""


class ReleaseBody(Schema):
    released_at: AwareDatetime
    reason: str = ""


class ReleaseView(Schema):
    id: UUID
    action_id: UUID
    released_at: datetime


class ExplanationBody(Schema):
    cause: Literal[tuple(Finding.Cause.values)]  # type: ignore[valid-type]
    explanation: Words


class ConclusionBody(Schema):
    conclusion: Literal[tuple(Finding.Conclusion.values)]  # type: ignore[valid-type]
    note: Annotated[str, Field(max_length=2000)] = ""


class UrgeBody(Schema):
    text: Words
    node_id: UUID | None = None


class ReplyBody(Schema):
    text: Words


class UrgeView(Schema):
    id: UUID
    case_id: UUID
    case_no: str
    node_id: UUID | None
    asked_by: str
    """Name; empty for one that was made by itself."""
    person: str
    text: str
    asked_at: datetime
    reply_due_on: date
    state: str
    is_late: bool
    """Answered after its day, or not answered on time."""
    reply: str
    replied_by: str
    replied_at: datetime | None


class UrgePage(Schema):
    items: list[UrgeView]
    next: str | None


class CompelledView(Schema):
    """A person compelled to appear, and not released yet by any record."""

    id: UUID
    action_id: UUID
    """As the device made it; there may be no such act here while its operation waits."""
    case_id: UUID
    case_no: str
    person: str
    officer: str
    began_at: datetime
    ends_at: datetime
    """Eight hours after the arrival, twenty-four where detention may follow."""
    is_over: bool
    may_be_detained: bool
    alarm: str
    """Code of the alarm told last."""
    next_alarm_at: datetime | None
