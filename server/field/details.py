"""One act as a person reads it: every device's account, every file, what the file says of itself."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from server.cases.lateness import is_late_upload
from server.evidence.expected import Expected
from server.evidence.models import Promise, StoredFile
from server.evidence.queries import expected_of, proof_times
from server.evidence.schemas import expected_view
from server.field.joining import is_contribution
from server.field.models import ActionRecord, ActionSubject, FieldAction
from server.field.operation import NodeEffect, Status, SubjectOutcome, gravest
from server.field.schemas import (
    ActionDetail,
    ActionView,
    CorrectionView,
    EvidenceView,
    FilesView,
    RecordView,
    SubjectView,
)
from server.people.models import Officer
from server.people.schemas import OfficerView


def actions_of_case(case_id: UUID, *, after: UUID | None = None, limit: int = 50) -> list[ActionView]:
    """The acts about a case in the order they were done, from `after` on."""
    rows = ActionSubject.objects.filter(subject_id=case_id).exclude(code="subject_unknown")
    if after:
        rows = rows.filter(action_id__gt=after)
    ids = list(rows.order_by("action_id").values_list("action_id", flat=True).distinct()[:limit])
    subjects = _by_action(rows.filter(action_id__in=ids))
    actions = FieldAction.objects.filter(pk__in=ids).select_related("officer").order_by("pk")
    times = _times_of(ids)
    return [_view(action, subjects[action.pk], times) for action in actions]


def action_detail(action: FieldAction, subjects: Sequence[ActionSubject]) -> ActionDetail:
    """`subjects` are those the reader may know of. Nine SELECTs at most."""
    records = list(ActionRecord.objects.filter(action=action).select_related("officer").order_by("pk"))
    evidence = _evidence_of(records)
    corrections = corrections_of(records)
    views = [
        _record(
            record,
            [s for s in subjects if s.record_id == record.pk],
            evidence[record.operation_hash],
            corrections[record.operation_hash],
        )
        for record in records
    ]
    return ActionDetail(**_view(action, subjects, _times_of([action.pk])).dict(), records=views)


@dataclass(slots=True)
class Corrections:
    """What one record corrects, and what corrects it."""

    original: ActionRecord | None = None
    later: list[ActionRecord] = field(default_factory=list)


def corrections_of(records: Sequence[ActionRecord]) -> dict[str, Corrections]:
    """By operation hash. Told are founded ones alone: of the same officer, or of the same act."""
    by_hash = {record.operation_hash: record for record in records}
    later = ActionRecord.objects.exclude(corrects="").filter(corrects__in=list(by_hash)).order_by("pk")
    wanted = {record.corrects for record in records if record.corrects} - by_hash.keys()
    by_hash |= {row.operation_hash: row for row in ActionRecord.objects.filter(operation_hash__in=wanted)}
    found: dict[str, Corrections] = defaultdict(Corrections)
    for correction in {row.pk: row for row in (*later, *(row for row in records if row.corrects))}.values():
        original = by_hash.get(correction.corrects)
        if original and _is_founded(correction, original):
            found[original.operation_hash].later.append(correction)
            found[correction.operation_hash].original = original
    return found


def _is_founded(correction: ActionRecord, original: ActionRecord) -> bool:
    return correction.officer_id == original.officer_id or correction.action_id == original.action_id


def _by_action(rows: Iterable[ActionSubject]) -> dict[UUID, list[ActionSubject]]:
    subjects: dict[UUID, list[ActionSubject]] = defaultdict(list)
    for row in rows:
        subjects[row.action_id].append(row)
    return subjects


class _Times(NamedTuple):
    """By act: what was judged of its time when it first arrived, and when it was proved."""

    verdicts: dict[UUID, str]
    proofs: dict[UUID, datetime]


def _times_of(ids: Collection[UUID]) -> _Times:
    records = ActionRecord.objects.filter(action_id__in=list(ids)).order_by("-pk")
    return _Times(dict(records.values_list("action_id", "clock_verdict")), proof_times(ids))


def _view(action: FieldAction, subjects: Sequence[ActionSubject], times: _Times) -> ActionView:
    outcomes = [SubjectOutcome(Status(row.status), NodeEffect(row.node_effect), row.code) for row in subjects]
    worst = gravest(outcomes) if outcomes else SubjectOutcome(Status.PARKED, code="subject_unknown")
    return ActionView(
        id=action.pk,
        kind=action.kind,
        court_id=action.court_id,
        officer=_officer(action.officer),
        recorded_at=action.recorded_at,
        clock_verdict=times.verdicts.get(action.pk, "unbounded"),
        received_at=action.received_at,
        is_late=is_late_upload(action.recorded_at, action.received_at),
        verified_at=times.proofs.get(action.pk),
        status=worst.status.value,
        code=worst.code,
        complete=action.is_complete,
        missing=action.missing,
        warnings=action.warnings,
        files=FilesView(promised=action.files_promised, verified=action.files_verified),
    )


def _record(
    record: ActionRecord, subjects: Sequence[ActionSubject], evidence: list[EvidenceView], corrections: Corrections
) -> RecordView:
    return RecordView(
        id=record.pk,
        operation=record.operation_hash,
        device=record.device_id,
        officer=_officer(record.officer),
        recorded_at=record.recorded_at,
        earliest_at=record.earliest_at,
        latest_at=record.latest_at,
        clock_verdict=record.clock_verdict,
        position=record.position,
        fields=record.fields,
        is_contribution=is_contribution(record.fields),
        corrects=record.corrects,
        corrects_action=corrections.original.action_id if corrections.original else None,
        corrected_by=[
            CorrectionView(operation=later.operation_hash, action=later.action_id) for later in corrections.later
        ],
        missing=record.missing,
        warnings=record.warnings,
        subjects=[_subject(row) for row in subjects],
        evidence=evidence,
    )


def _subject(row: ActionSubject) -> SubjectView:
    return SubjectView(
        type=row.subject_type,
        id=row.subject_id,
        node_id=row.node_id,
        status=row.status,
        code=row.code,
        node_effect=row.node_effect,
    )


def _evidence_of(records: Collection[ActionRecord]) -> dict[str, list[EvidenceView]]:
    # The device first: the index begins with it.
    devices, operations = {record.device_id for record in records}, [record.operation_hash for record in records]
    promises = list(Promise.objects.filter(device_id__in=devices, operation_hash__in=operations).order_by("pk"))
    verified = {promise.sha256 for promise in promises if promise.state == Promise.State.VERIFIED}
    files = StoredFile.objects.in_bulk(verified)
    expected = expected_of(promises)
    views: dict[str, list[EvidenceView]] = defaultdict(list)
    for promise in promises:
        # A file another device delivered says nothing here: this promise is not kept yet.
        file = files.get(promise.sha256) if promise.state == Promise.State.VERIFIED else None
        views[promise.operation_hash].append(_file(promise, file, expected.get(promise.pk)))
    return views


def _file(promise: Promise, file: StoredFile | None, expected: Expected | None) -> EvidenceView:
    return EvidenceView(
        id=promise.evidence_id,
        sha256=promise.sha256,
        size=promise.size,
        media_type=promise.media_type,
        origin=promise.origin,
        shot_code=promise.shot_code,
        recorded_at=promise.recorded_at,
        state=promise.state,
        fault=promise.fault,
        verified_at=promise.verified_at,
        wanted_at=promise.wanted_at if expected else None,
        expected=expected_view(expected),
        detected_type=file.detected_type if file else "",
        preview=file.preview if file else StoredFile.Preview.PENDING,
        preview_reason=file.preview_reason if file else "",
        exif=file.exif if file else {},
    )


def _officer(officer: Officer) -> OfficerView:
    return OfficerView(id=officer.pk, staff_no=officer.staff_no, name=officer.name)
