"""Wanted now: which missing files devices send before everything else, and taking that back."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from server.cases.access import audience_of
from server.common.clock import now
from server.evidence.access import Readable, case_ids_of, require_can_read_file, require_can_want
from server.evidence.models import Promise
from server.evidence.queries import open_promises
from server.evidence.services.locks import lock_device
from server.ledger.services import Draft, append
from server.people.models import Device, Officer
from server.people.streams import court_stream

WANTED_PRIORITY = 100


def want_file(*, by: Officer, sha256: str, reason: str = "") -> Readable:
    """Have whoever promised this file send it first, from his device's next contact on; again changes nothing.

    It ends by itself with the file's verification. Raises DomainError 404 `evidence_not_found`, 403 `role_required`.
    """
    return _mark(by, sha256, reason, now())


def stop_wanting_file(*, by: Officer, sha256: str, reason: str = "") -> Readable:
    """Back into its old place. Raises as `want_file`."""
    return _mark(by, sha256, reason, None)


@transaction.atomic
def _mark(by: Officer, sha256: str, reason: str, wanted_at: datetime | None) -> Readable:
    wantable = require_can_want(by, require_can_read_file(by, sha256))
    changed = [promise for promise in _held(wantable) if (promise.wanted_at is None) != (wanted_at is None)]
    if changed:
        priority = 0 if wanted_at is None else WANTED_PRIORITY
        ids = [promise.pk for promise in changed]
        Promise.objects.filter(pk__in=ids).update(wanted_at=wanted_at, priority=priority)
        append(_drafts(changed, by, reason, is_wanted=wanted_at is not None))
    return require_can_read_file(by, sha256)


def _held(ids: Collection[UUID]) -> list[Promise]:
    """Those still open, as they are once nothing of them can be verified beside us."""
    rows = open_promises().filter(pk__in=ids)
    for device_id in sorted(set(rows.values_list("device_id", flat=True))):
        lock_device(device_id)
    return list(rows.select_related("device").order_by("pk"))


def _drafts(promises: Sequence[Promise], by: Officer, reason: str, *, is_wanted: bool) -> list[Draft]:
    """One entry a device: what it is asked for, and in whose name."""
    devices = {promise.device_id: promise.device for promise in promises}
    return [
        _draft(device, [each for each in promises if each.device_id == key], by, reason, is_wanted=is_wanted)
        for key, device in sorted(devices.items())
    ]


def _draft(device: Device, promises: Sequence[Promise], by: Officer, reason: str, *, is_wanted: bool) -> Draft:
    cases = sorted({case_id for promise in promises for case_id in case_ids_of(promise)})
    view = {
        "sha256": promises[0].sha256,
        "device": str(device.pk),
        "officer": str(by.pk),
        "cases": [str(case_id) for case_id in cases],
    }
    return Draft(
        streams=_streams(device, cases),
        kind="evidence_wanted" if is_wanted else "evidence_no_longer_wanted",
        view=view,
        facts={"reason": reason, "operations": [promise.operation_hash for promise in promises]},
        subject_type="case" if cases else "",
        subject_id=cases[0] if cases else None,
    )


def _streams(device: Device, cases: Iterable[UUID]) -> tuple[str, ...]:
    told = {stream for streams in audience_of(list(cases)).values() for stream in streams}
    return tuple(sorted(told | {court_stream(device.court_id)}))
