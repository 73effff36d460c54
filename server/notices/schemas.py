"""Wire types of the inbox."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from ninja import Schema
from pydantic import Field


class NoticeView(Schema):
    id: UUID
    kind: str
    title: str
    view: dict[str, Any]
    subject_id: UUID | None
    """The case it is about; null for a digest, whose `view` has its lines."""
    is_urgent: bool
    made_at: datetime
    read_at: datetime | None


class NoticePage(Schema):
    items: list[NoticeView]
    unread: int
    """In the whole inbox."""
    next: str | None
    """The `cursor` of the next page."""


class ReadBody(Schema):
    ids: Annotated[list[UUID], Field(min_length=1, max_length=500)]


class ReadAnswer(Schema):
    read: int
    unread: int
