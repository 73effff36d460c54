"""Reads of custody."""

from uuid import UUID

from django.db.models import QuerySet

from server.custody.models import OddReading, Reading


def readings_of_file(sha256: str) -> QuerySet[Reading]:
    """Everybody who read it, or asked in vain, in the order of time. Asks nobody: the caller judged access."""
    return Reading.objects.filter(sha256=sha256).select_related("officer__court").order_by("read_at", "pk")


def page_of(found: QuerySet[OddReading], *, is_open: bool, after: UUID | None, limit: int) -> list[OddReading]:
    """The newest first, one more than `limit` where the list goes on."""
    rows = found.filter(looked_at__isnull=is_open).select_related("officer", "looked_by").order_by("-pk")
    rows = rows.filter(pk__lt=after) if after else rows
    return list(rows.prefetch_related("readings__officer")[: limit + 1])
