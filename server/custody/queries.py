"""Reads of custody."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from server.custody.models import OddReading, Reading


def readings_of_file(sha256: str, *, of_cases: Collection[UUID], since: datetime | None) -> QuerySet[Reading]:
    """Everybody who read it, or asked in vain, and who took out a case it was in since then, in the order of time.
    Asks nobody: the caller judged access."""
    own = Q(sha256=sha256)
    taken = Q(case_id__in=of_cases, purpose=Reading.Purpose.EXPORT, read_at__gte=since) if since else Q(pk=None)
    return Reading.objects.filter(own | taken).select_related("officer__court").order_by("read_at", "pk")


def page_of(found: QuerySet[OddReading], *, is_open: bool, after: UUID | None, limit: int) -> list[OddReading]:
    """The newest first, one more than `limit` where the list goes on."""
    rows = found.filter(looked_at__isnull=is_open).select_related("officer", "looked_by").order_by("-pk")
    rows = rows.filter(pk__lt=after) if after else rows
    return list(rows.prefetch_related("readings__officer")[: limit + 1])
