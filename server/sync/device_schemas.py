"""Wire types of what the desk does with a device: what went with it, what is sealed, what wants two persons."""

from datetime import datetime
from typing import Any
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


class SealedView(Schema):
    """What a revoked device has sent since, and nobody has let go."""

    operations: int
    bytes: int
    files: int
    files_arriving: int
    last_received_at: datetime | None


class ActView(Schema):
    """What one person asked for and another has to allow."""

    id: UUID
    kind: str
    state: str
    device: UUID
    officer: str
    reason: str
    requested_by: str
    requested_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    may_decide: bool
    outcome: dict[str, Any]
    """For the two persons alone."""


class ActPage(Schema):
    items: list[ActView]


class ParcelView(Schema):
    state: str
    code: str
    """Why it waits."""
    device: UUID
    """Its author's."""
    first_seq: int
    last_seq: int
    files_waiting: int
    """Files in it that no act here has promised, or that are not what their name says."""
    receipt: str
    """Signed for the carrier; it lets no device go of anything."""


class EscrowSlot(Schema):
    """As it stands in the header of a store; bytes are base64."""

    kem: str = Field(pattern="^x25519-hkdf-sha256$")
    ephemeral: str = Field(max_length=100)
    nonce: str = Field(max_length=100)
    wrapped: str = Field(max_length=200)
    device: UUID | None = None


class EscrowRequest(Reason):
    """What `zhixing-field escrow-request` writes, with the reason."""

    store: str = Field(max_length=64)
    way: str = Field(max_length=20)
    slot: EscrowSlot
    recipient: str = Field(max_length=100)
