"""Reads of evidence."""

from dataclasses import dataclass
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from server.common.statements import Given, Statement
from server.evidence.access import Readable
from server.evidence.models import Promise, ProvisionalThumbnail, StoredFile, Upload
from server.people.models import Device

WANTED_AT_ONCE = 500


def _owed() -> QuerySet[Promise, Any]:
    arrived = Upload.objects.filter(device_id=Given("device_id"), sha256=OuterRef("sha256")).values("offset")[:1]
    return (
        Promise.objects.filter(device_id=Given("device_id"), fault="")
        .exclude(state__in=[Promise.State.VERIFIED, Promise.State.MISSING])
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
