"""Wire types of acts, as people at desks read them."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from ninja import Schema

from server.cases.models import Node
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
    """The act, as its device stated it."""
    clock_verdict: str
    """Of that time: `consistent`, `skewed` (it cannot be true) or `unbounded` (nothing bounds it from below)."""
    received_at: datetime
    """The arrival."""
    is_late: bool
    """It arrived later after the act than the court's limit (`LATE_UPLOAD_HOURS`); the act's own time counts."""
    verified_at: datetime | None
    """The proof: when the last of its files was verified; None while one is outstanding, or where it has none."""
    status: str
    code: str
    complete: bool
    missing: list[str]
    warnings: list[str]
    files: FilesView


class ActionPage(Schema):
    items: list[ActionView]
    next: str | None


class ClaimView(Schema):
    """A clock that started on a claim. Who told of it is not said: the case may be strange to him."""

    node_id: UUID
    key: str
    chain: str
    occurred_at: datetime
    received_at: datetime
    due_on: date | None


def claim_view(node: Node) -> ClaimView:
    event = node.start_event
    assert event is not None
    return ClaimView(
        node_id=node.pk,
        key=node.key,
        chain=node.chain,
        occurred_at=event.occurred_at,
        received_at=event.received_at,
        due_on=node.due_on,
    )


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
    is_contribution: bool
    """To another officer's act: files, signatures and recordings count for it, words stand beside it."""
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


class SealView(Schema):
    kind: str
    on: date
    expires_on: date | None = None
    property: str = ""
    """Its class, as the kind of the act has it."""
    refs: list[str] = []
    """Numbers in a register of what was listed: plate, title."""
    order: str = ""
    """`WAITING` for one that waits its turn (轮候)."""
    may_be_released: bool = False
    """Something was released in that case later: ask its court which."""


class ResistanceView(Schema):
    kind: str
    on: date


class RelatedCase(Schema):
    """Another case of the same debtor."""

    case_id: UUID | None
    case_no: str
    court: str
    status: str
    scope: str
    """`full` for a case the asker may read; `existence` for any other: no id, cause or sum."""
    cause: str
    claim_amount: Decimal | None
    seals: list[SealView]
    resistance: list[ResistanceView]
