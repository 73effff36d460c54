"""Wire types of the staff's side of sync: what waits for a person."""

from datetime import datetime
from typing import Any
from uuid import UUID

from ninja import Schema

from server.people.schemas import OfficerView


class CauseGroup(Schema):
    cause: str
    count: int


class ReviewView(Schema):
    id: UUID
    court_id: UUID
    subject_id: UUID | None
    cause: str
    status: str
    details: dict[str, Any]
    opened_at: datetime
    operation: str
    """h_n of the operation, in hex."""
    device: UUID
    incarnation: int
    seq: int
    officer: OfficerView


class ReviewPage(Schema):
    groups: list[CauseGroup]
    items: list[ReviewView]
    next: str | None
