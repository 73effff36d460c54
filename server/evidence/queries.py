"""Reads of evidence."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Max, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from server.common.clock import from_wire, now
from server.common.statements import Given, Statement
from server.evidence.access import Readable
from server.evidence.expected import NAMED_CHARACTERS, Expected, Owed, expected, read_report
from server.evidence.models import Promise, ProvisionalThumbnail, StoredFile, Upload
from server.people.models import Device

WANTED_AT_ONCE = 500
_CLOSED = (Promise.State.VERIFIED, Promise.State.MISSING)


def open_promises() -> QuerySet[Promise]:
    """Files that may still come."""
    return Promise.objects.filter(fault="").exclude(state__in=_CLOSED)


def proof_times(holder_ids: Collection[UUID]) -> dict[UUID, datetime]:
    """When all files of each holder were verified; not among them while one is outstanding, or where it has none."""
    kept = Promise.objects.filter(holder_id__in=list(holder_ids)).values("holder_id")
    found = kept.annotate(last=Max("verified_at"), open=Count("pk", filter=~Q(state=Promise.State.VERIFIED)))
    done = found.filter(open=0).order_by().values_list("holder_id", "last")
    return {holder: last for holder, last in done if holder and last}


def is_open(promise: Promise) -> bool:
    return not promise.fault and promise.state not in _CLOSED


def _owed() -> QuerySet[Promise, Any]:
    arrived = Upload.objects.filter(device_id=Given("device_id"), sha256=OuterRef("sha256")).values("offset")[:1]
    return (
        open_promises()
        .filter(device_id=Given("device_id"))
        .order_by("-priority", "incarnation", "seq")
        .values_list("sha256", "priority", Coalesce(Subquery(arrived), 0))[:WANTED_AT_ONCE]
    )


_OWED = Statement(_owed)


def wanted_by(device: Device) -> list[dict[str, Any]]:
    """What this device still owes: [{"sha256", "offset", "priority"}], most wanted first, then oldest. One SELECT."""
    wanted: dict[str, dict[str, Any]] = {}
    for sha256, priority, offset in _OWED.rows(device_id=device.pk):
        wanted.setdefault(sha256, {"sha256": sha256, "offset": offset, "priority": priority})
    return list(wanted.values())


@dataclass(frozen=True, slots=True)
class Preview:
    """Where a file's preview lies, or why there is none: a reason of the file's, `not_arrived` or `pending`."""

    stored_sha256: str = ""
    reason: str = ""
    is_provisional: bool = False


def preview_of(sha256: str, readable: Readable) -> Preview:
    """Ours where the bytes arrived for a promise he may read; else the promising device's own, re-encoded."""
    file = StoredFile.objects.filter(pk=sha256).first() if readable.is_verified else None
    if file and file.preview == StoredFile.Preview.READY:
        return Preview(file.thumbnail_sha256)
    # A device's picture of what is no picture would only mislead; of a video it is all there is.
    reason = file.preview_reason if file else "not_arrived"
    provisional = _provisional_of(readable) if reason in ("", "not_arrived", "no_preview_for_type") else ""
    return Preview(provisional, is_provisional=True) if provisional else Preview(reason=reason or "pending")


def _provisional_of(readable: Readable) -> str:
    shown = {(promise.device_id, promise.thumbnail_sha256) for promise in readable.promises}
    rows = ProvisionalThumbnail.objects.filter(
        device_id__in={device for device, _ in shown}, sha256__in={sha256 for _, sha256 in shown if sha256}
    ).exclude(stored_sha256="")
    return next((row.stored_sha256 for row in rows if (row.device_id, row.sha256) in shown), "")


def expected_of(promises: Iterable[Promise]) -> dict[UUID, Expected]:
    """By promise, of those still open: its place in its device's queue, and when to expect it. Three SELECTs."""
    missing = [promise for promise in promises if is_open(promise)]
    if not missing:
        return {}
    devices = Device.objects.in_bulk({promise.device_id for promise in missing})
    owed, arriving_at = _owed_by(devices.keys())
    return {
        promise.pk: _expected(promise, devices[key], owed[key], arriving_at.get(key))
        for promise in missing
        for key in [promise.device_id]
    }


_OwedBy = dict[UUID, dict[str, Owed]]


def _owed_by(devices: Collection[UUID]) -> tuple[_OwedBy, dict[UUID, datetime]]:
    """What each device owes, by the beginning of its hash, and when a piece of any of it last came."""
    uploads = Upload.objects.filter(device_id__in=devices).values_list("device_id", "sha256", "offset", "updated_at")
    offsets: dict[tuple[UUID, str], int] = {}
    arriving_at: dict[UUID, datetime] = {}
    for device, sha256, offset, updated_at in uploads:
        offsets[device, sha256] = offset
        if offset:
            arriving_at[device] = max(updated_at, arriving_at.get(device, updated_at))
    owed: _OwedBy = defaultdict(dict)
    rows = open_promises().filter(device_id__in=devices).order_by("incarnation", "seq")
    for device, sha256, size, wanted_at in rows.values_list("device_id", "sha256", "size", "wanted_at"):
        left = max(0, size - offsets.get((device, sha256), 0))
        owed[device].setdefault(sha256[:NAMED_CHARACTERS], Owed(left, wanted_at))
    return owed, arriving_at


def _expected(promise: Promise, device: Device, owed: Mapping[str, Owed], arriving_at: datetime | None) -> Expected:
    heard = [at for at in (device.last_contact_at, arriving_at) if at]
    report = read_report(device.last_status, _reported_at(device))
    return expected(promise.sha256, report, owed, max(heard, default=None), now())


def _reported_at(device: Device) -> datetime | None:
    try:
        return from_wire(device.last_status["reported_at"])
    except (KeyError, TypeError, ValueError):
        return None
