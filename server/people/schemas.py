"""Wire types of the staff API: who is signed in, and a court's devices."""

from datetime import datetime
from uuid import UUID

from ninja import Schema
from pydantic import Field


class SignInRequest(Schema):
    staff_no: str = Field(min_length=1, max_length=40)
    password: str = Field(min_length=1, max_length=1024)


class OfficerView(Schema):
    id: UUID
    staff_no: str
    name: str


class CourtView(Schema):
    id: UUID
    code: str
    name: str


class SessionView(Schema):
    officer: OfficerView
    court: CourtView
    roles: list[str]
    csrf: str
    """Send it back as `X-CSRFToken` with every write."""


class DeviceView(Schema):
    id: UUID
    court_id: UUID
    officer: OfficerView
    name: str
    incarnation: int
    enrolled_at: datetime
    revoked_at: datetime | None
    recovered_at: datetime | None = None
    confirmed_at: datetime | None = None
    last_contact_at: datetime | None
    unsent_operations: int | None
    """What the device last said it held and had not sent; None if it never said."""
    pending_bytes: int | None
    is_doubted: bool = False
    """Its officer has not said yet whether it was he who enrolled it."""


class DevicePage(Schema):
    items: list[DeviceView]
    next: str | None
    """Send it back as `cursor` for the page that follows; None on the last."""
