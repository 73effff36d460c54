"""Wire types of what the desk does with a device: what went with it, what is sealed, what wants two persons."""

from datetime import datetime
from uuid import UUID

from ninja import Schema
from pydantic import Field


class Reason(Schema):
    reason: str = Field(min_length=1, max_length=200)


class HeldCaseView(Schema):
    id: UUID
    case_no: str


class UnsentActView(Schema):
    seq: int
    kind: str
    case: HeldCaseView | None
    photos: int


class MissingPhotoView(Schema):
    sha256: str
    size: int
    case: HeldCaseView | None


class HeldView(Schema):
    """At least this is with the device. Cases the reader may not see are counted, never named."""

    device: UUID
    name: str
    officer: str
    revoked_at: datetime | None
    cases: list[HeldCaseView]
    other_cases: int
    acts: list[UnsentActView]
    photos: list[MissingPhotoView]
    photo_count: int
    bytes: int
    said_at: datetime | None
    is_cut: bool
    readable_until: datetime | None
