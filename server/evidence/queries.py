"""Reads of evidence."""

from typing import Any

from server.evidence.models import Promise, Upload
from server.people.models import Device

WANTED_AT_ONCE = 500


def wanted_by(device: Device) -> list[dict[str, Any]]:
    """What this device still owes: [{"sha256", "offset", "priority"}], most wanted first, then oldest. Two SELECTs."""
    promises = Promise.objects.filter(device=device, fault="").exclude(
        state__in=[Promise.State.VERIFIED, Promise.State.MISSING]
    )
    rows = promises.order_by("-priority", "incarnation", "seq").values_list("sha256", "priority")[:WANTED_AT_ONCE]
    wanted: dict[str, int] = {}
    for sha256, priority in rows:
        wanted.setdefault(sha256, priority)
    offsets = dict(Upload.objects.filter(device=device, sha256__in=wanted).values_list("sha256", "offset"))
    return [
        {"sha256": sha256, "offset": offsets.get(sha256, 0), "priority": priority}
        for sha256, priority in wanted.items()
    ]
