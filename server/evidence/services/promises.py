"""Promising: an operation names files by hash, in the transaction that records it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from server.common.after_commit import after_commit
from server.common.bulk import among, insert_rows, json_text, update_rows
from server.common.clock import now
from server.common.hashing import sha256_hex
from server.common.ids import new_id
from server.evidence.models import Promise
from server.evidence.services.receipts import issue_missing_receipts
from server.evidence.services.verification import verify_late_promises

EMPTY_SHA256 = sha256_hex(b"")
_NO_RECEIPT = ("", "", 0, 0)
_COLUMNS = (
    *("id", "device_id", "incarnation", "seq", "operation_hash", "sha256", "size", "subject_type", "subject_id"),
    *("other_subjects", "holder_id", "evidence_id", "media_type", "origin", "shot_code", "recorded_at"),
    *("thumbnail_sha256", "fault", "state", "promised_at", "verified_at"),
    *("receipt", "receipt_epoch", "receipt_position", "priority"),
)
_CHANGING = ("holder_id", "subject_type", "subject_id", "other_subjects")


@dataclass(frozen=True, slots=True)
class PromiseDraft:
    """One file an operation names. `subjects` are (type, id) of the cases or matters its act is judged for."""

    device_id: UUID
    incarnation: int
    seq: int
    operation_hash: str
    sha256: str
    size: int
    subjects: tuple[tuple[str, UUID], ...] = ()
    holder_id: UUID | None = None
    evidence_id: str = ""
    media_type: str = ""
    origin: str = "CAMERA"
    shot_code: str = "OTHER"
    recorded_at: datetime | None = None
    thumbnail_sha256: str = ""


def fault_of(*, sha256: str, size: int) -> str:
    """Why such a file can never arrive as promised: `empty_file`, or nothing."""
    return "empty_file" if size <= 0 or sha256 == EMPTY_SHA256 else ""


def promise_files(drafts: Sequence[PromiseDraft]) -> list[Promise]:
    """Record these promises in the caller's transaction: a SELECT and an INSERT whatever their number.

    One delivery satisfies all of a device's promises of a hash, so a promise of what this very device delivered before
    is verified at once. Returns those, for the caller to count; their receipts follow after the commit.
    Promising again (a ratified operation) only brings holder and subjects up to date. The caller holds the device.
    """
    if not drafts:
        return []
    verified, open_before, known = _standing_of(drafts)
    rows = {(draft.device_id, draft.operation_hash, draft.sha256): _row(draft, verified) for draft in drafts}
    insert_rows(Promise, _COLUMNS, [row for key, row in rows.items() if key not in known])
    update_rows(Promise, "id", _CHANGING, [(known[key], *_changing(row)) for key, row in rows.items() if key in known])
    for device_id, hashes in open_before.items():
        after_commit(verify_late_promises, device_id=device_id, hashes=hashes)
    return _promised_and_verified(rows, verified)


_Key = tuple[UUID, str]


def _standing_of(
    drafts: Sequence[PromiseDraft],
) -> tuple[set[_Key], dict[UUID, set[str]], dict[tuple[UUID, str, str], UUID]]:
    """(device, hash) this device delivered before; those promised before and open, whose bytes may be landing now; and
    ids of what stands already, by device, operation and hash.

    A verification running beside this transaction cannot see our rows; looking again after the commit catches that.
    """
    wanted = {(draft.device_id, draft.sha256) for draft in drafts}
    rows = Promise.objects.filter(
        device_id__in={device for device, _ in wanted}, sha256__in=among({sha256 for _, sha256 in wanted})
    )
    earlier = list(rows.values_list("id", "device_id", "operation_hash", "sha256", "state"))
    verified = {(device, sha256) for _, device, _, sha256, state in earlier if state == Promise.State.VERIFIED}
    open_before: dict[UUID, set[str]] = {}
    for _, device, _, sha256, _ in earlier:
        if (device, sha256) in wanted - verified:
            open_before.setdefault(device, set()).add(sha256)
    return verified, open_before, {(device, operation, sha256): pk for pk, device, operation, sha256, _ in earlier}


def _changing(row: Sequence[Any]) -> list[Any]:
    return [row[_COLUMNS.index(name)] for name in _CHANGING]


def _row(draft: PromiseDraft, verified: Iterable[_Key]) -> tuple[Any, ...]:
    is_verified = (draft.device_id, draft.sha256) in verified
    (subject_type, subject_id), *others = draft.subjects or (("", None),)
    promised_at = now()
    return (
        new_id(),
        draft.device_id,
        draft.incarnation,
        draft.seq,
        draft.operation_hash,
        draft.sha256,
        draft.size,
        subject_type,
        subject_id,
        json_text([{"type": type_, "id": str(id_)} for type_, id_ in others]),
        draft.holder_id,
        draft.evidence_id[:64],
        draft.media_type[:100],
        draft.origin,
        draft.shot_code,
        draft.recorded_at,
        draft.thumbnail_sha256,
        fault_of(sha256=draft.sha256, size=draft.size),
        (Promise.State.VERIFIED if is_verified else Promise.State.PROMISED).value,
        promised_at,
        promised_at if is_verified else None,
        *_NO_RECEIPT,
    )


def _promised_and_verified(rows: Iterable[tuple[UUID, str, str]], verified: set[_Key]) -> list[Promise]:
    asked = {key for key in rows if (key[0], key[2]) in verified}
    if not asked:
        return []
    for device_id in {device for device, _, _ in asked}:
        after_commit(issue_missing_receipts, device_id=device_id)
    found = Promise.objects.filter(
        operation_hash__in={operation for _, operation, _ in asked}, sha256__in={sha256 for _, _, sha256 in asked}
    )
    return [row for row in found if (row.device_id, row.operation_hash, row.sha256) in asked]
