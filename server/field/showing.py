"""Giving a device what a debtor's other cases tell is an access, as asking at a desk is: on record, once a content."""

from collections.abc import Mapping
from uuid import UUID

from server.cases.access import audience_of
from server.cases.models import SubjectType
from server.common.bulk import among
from server.common.clock import now
from server.field.models import RelatedShown
from server.field.related_units import Related
from server.ledger.services import Draft, append
from server.people.models import Device


def record_shown(device: Device, shown: Mapping[UUID, Related]) -> None:
    """Inside the pull's transaction, as its last statements: an entry for each case that tells this device anew."""
    if not shown:
        return
    rows = RelatedShown.objects.filter(device=device, case_id__in=among(list(shown)))
    known = dict(rows.values_list("case_id", "sha256"))
    fresh = {case_id: each for case_id, each in shown.items() if known.get(case_id) != each.sha256}
    if fresh:
        _remember(device, fresh)
        append(_drafts(device, fresh))


def _remember(device: Device, fresh: Mapping[UUID, Related]) -> None:
    at = now()
    RelatedShown.objects.bulk_create(
        [RelatedShown(device=device, case_id=pk, sha256=each.sha256, shown_at=at) for pk, each in fresh.items()],
        update_conflicts=True,
        unique_fields=["device", "case"],
        update_fields=["sha256", "shown_at"],
    )


def _drafts(device: Device, fresh: Mapping[UUID, Related]) -> list[Draft]:
    audience = audience_of(list(fresh))
    by = {"by": str(device.officer_id), "device": str(device.pk)}
    return [
        Draft(
            audience[case_id],
            "related_shown",
            {"case": str(case_id), **by, "found": each.count},
            {"sha256": each.sha256},
            SubjectType.CASE.value,
            case_id,
        )
        for case_id, each in fresh.items()
    ]
