"""Rights that come and go with the stages of a case, beside its assignment. The caller holds the case, and tells."""

from collections.abc import Collection, Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from server.cases.models import Grant


def standing_rights(case_id: UUID, reasons: Collection[str], at: datetime) -> list[Grant]:
    """Of officers in person, at this moment or from a later one on."""
    standing = Q(valid_to=None) | Q(valid_to__gt=at)
    return list(Grant.objects.filter(standing, subject_id=case_id, reason__in=reasons, officer__isnull=False))


def end_rights(grants: Collection[Grant], at: datetime) -> None:
    Grant.objects.filter(pk__in=[grant.pk for grant in grants]).update(valid_to=at)


def open_rights(
    case_id: UUID, reason: str, officers: Iterable[UUID], at: datetime, *, assignment_no: int | None = None
) -> None:
    """`assignment_no` where they follow from that assignment, and end with it."""
    Grant.objects.bulk_create(
        Grant(subject_id=case_id, officer_id=each, reason=reason, valid_from=at, assignment_no=assignment_no)
        for each in officers
    )
