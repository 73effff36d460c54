"""The rows of a push: operations as they came, answers as given, a fork's other branch, promises, last contact."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from server.common.bulk import Change, insert_rows, json_text
from server.common.clock import to_wire
from server.evidence.services import PromiseDraft
from server.field.operation import Outcome, SignedOperation, Status, plausible_time
from server.ledger.services import Draft
from server.people.models import Device
from server.people.streams import court_stream
from server.sync.arrivals import Arrivals
from server.sync.chain import genesis
from server.sync.envelope import Framed
from server.sync.models import DeviceLog, Operation

MAX_STATUS_CHARACTERS = 256 * 1024
_OPERATION = (
    *("device_id", "incarnation", "seq", "body", "hash", "signature", "claimed_id", "received_at", "earliest_at"),
    *("latest_at", "clock_verdict", "status", "result", "trace_id"),
)

Result = dict[str, Any]


def first_link(device: Device) -> bytes:
    """h_0 of this device's log."""
    return genesis(device.certificate)


def result_of(seq: int, outcome: Outcome) -> Result:
    """The answer for one operation, as it is remembered."""
    return {
        "seq": seq,
        "status": outcome.status.value,
        "code": outcome.code,
        "missing": list(outcome.missing),
        "subjects": [subject.answer() for subject in outcome.subjects],
        "repeated": False,
    }


def repeated(operation: Operation) -> Result:
    """The answer as it was given the first time."""
    return {**json.loads(operation.result), "repeated": True}


def store_operations(
    log: DeviceLog, arrivals: Arrivals, outcomes: Mapping[int, Outcome], results: Sequence[Result]
) -> None:
    """Every operation, verbatim, whatever became of it."""
    rows = zip(arrivals.framed, results, strict=True)
    insert_rows(Operation, _OPERATION, [_row(log, arrivals, each, outcomes[each.seq], result) for each, result in rows])


def _row(log: DeviceLog, arrivals: Arrivals, each: Framed, outcome: Outcome, result: Result) -> tuple[Any, ...]:
    readable = arrivals.readable.get(each.seq)
    bounds = readable.bounds if readable else None
    return (
        log.device_id,
        log.incarnation,
        each.seq,
        each.body,
        each.hash.hex(),
        each.signature,
        arrivals.claimed_ids.get(each.seq, ""),
        arrivals.received_at,
        bounds.earliest_at if bounds else None,
        arrivals.received_at,
        bounds.verdict if bounds else "unbounded",
        outcome.status.value,
        json_text(result),
        str(outcome.details.get("trace_id", "")),
    )


def remember_outcome(operation: Operation, outcome: Outcome) -> None:
    """A later life of an operation's outcome: what a repeated push is answered from now on."""
    operation.status = outcome.status.value
    operation.result = json_text(result_of(operation.seq, outcome))
    operation.trace_id = str(outcome.details.get("trace_id", ""))
    operation.save(update_fields=["status", "result", "trace_id"])


def quarantine_drafts(log: DeviceLog, arrivals: Arrivals, outcomes: Mapping[int, Outcome]) -> list[Draft]:
    """What was set aside, told to the device's own court: it names no subject that anybody has judged."""
    stream = court_stream(log.device.court_id)
    return [
        Draft((stream,), "operation_quarantined", _quarantine_view(log, each, outcomes[each.seq]), {})
        for each in arrivals.framed
        if outcomes[each.seq].status is Status.QUARANTINED
    ]


def _quarantine_view(log: DeviceLog, each: Framed, outcome: Outcome) -> dict[str, Any]:
    return {
        "operation": each.hash.hex(),
        "device": str(log.device_id),
        "officer": str(log.device.officer_id),
        "incarnation": log.incarnation,
        "seq": each.seq,
        "code": outcome.code,
    }


def promises_of(arrivals: Arrivals, outcomes: Mapping[int, Outcome]) -> list[PromiseDraft]:
    """The files of every operation that can be read, those set aside too: their bytes are still on the device."""
    return [
        promise_of(operation, outcomes[seq], item)
        for seq, operation in arrivals.readable.items()
        for item in operation.evidence
    ]


def promise_of(operation: SignedOperation, outcome: Outcome, item: Mapping[str, Any]) -> PromiseDraft:
    return PromiseDraft(
        device_id=operation.reporter.device_id,
        incarnation=operation.reporter.incarnation,
        seq=operation.seq,
        operation_hash=operation.hash,
        sha256=item["sha256"],
        size=item["size"],
        subjects=tuple(dict.fromkeys((s.subject_type, s.subject_id) for s in outcome.subjects if s.subject_id)),
        holder_id=outcome.holder_id,
        evidence_id=item.get("id") or "",
        media_type=item.get("media_type") or "",
        origin=item.get("origin") or "CAMERA",
        shot_code=(item.get("shot_code") or "OTHER")[:30],
        recorded_at=plausible_time(item.get("recorded_at")),
        thumbnail_sha256=item.get("thumbnail_sha256") or "",
    )


def contact(device: Device, status: Mapping[str, Any], at: datetime) -> Change:
    """What it says it still holds, for the day it is lost; a report too long is cut to its figures."""
    kept = dict(status)
    if len(json_text(kept)) > MAX_STATUS_CHARACTERS:
        kept = {name: value for name, value in kept.items() if isinstance(value, int | float) or name in ("app", "sdk")}
        kept["is_cut"] = True
    if not kept:
        kept = device.last_status
    text = json_text({**kept, "reported_at": to_wire(at)})
    return Device, "id", ("last_contact_at", "last_status"), [(device.pk, at, text)]
