"""Wire types of acts, as people at desks read them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from ninja import Schema

from server.evidence.schemas import ExpectedView
from server.people.schemas import OfficerView


class FilesView(Schema):
    promised: int
    verified: int


class ActionView(Schema):
    id: UUID
    kind: str
    court_id: UUID
    officer: OfficerView
    recorded_at: datetime
    received_at: datetime
    status: str
    code: str
    complete: bool
    missing: list[str]
    warnings: list[str]
    files: FilesView


class ActionPage(Schema):
    items: list[ActionView]
    next: str | None


class SubjectView(Schema):
    type: str
    id: UUID
    node_id: UUID | None
    status: str
    code: str
    node_effect: str


class EvidenceView(Schema):
    id: str
    sha256: str
    size: int
    media_type: str
    origin: str
    shot_code: str
    recorded_at: datetime | None
    """As the device stated it; beside it, in `exif`, what the file itself states."""
    state: str
    fault: str
    verified_at: datetime | None
    wanted_at: datetime | None = None
    """Since when the court wants it first; None once it is here."""
    expected: ExpectedView | None = None
    """Of a file that may still come: its place in its device's queue, as the device last told it."""
    detected_type: str
    preview: str
    preview_reason: str
    exif: dict[str, Any]


class CorrectionView(Schema):
    operation: str
    action: UUID


class RecordView(Schema):
    """One device's account of the act, verbatim beside what was judged of it."""

    id: UUID
    operation: str
    device: UUID
    officer: OfficerView
    recorded_at: datetime
    earliest_at: datetime | None
    latest_at: datetime | None
    clock_verdict: str
    position: dict[str, Any] | None
    fields: dict[str, Any]
    corrects: str
    """h_n of the operation this one corrects; "" for none."""
    corrects_action: UUID | None
    corrected_by: list[CorrectionView]
    """Later records that correct this one, by its officer or of the same act. Both stand."""
    missing: list[str]
    warnings: list[str]
    subjects: list[SubjectView]
    evidence: list[EvidenceView]


class ActionDetail(ActionView):
    records: list[RecordView]
