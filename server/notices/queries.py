"""Reads of an inbox."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db.models import Count, QuerySet

from server.notices.models import Notice
from server.people.models import Officer


def inbox_of(officer: Officer, *, only_unread: bool = False) -> QuerySet[Notice]:
    """The newest first; what waits for a digest is not in it, what a digest holds is read with that."""
    notices = Notice.objects.filter(officer=officer, waits_for_digest=False).order_by("-pk")
    return notices.filter(read_at=None) if only_unread else notices


def inbox_page(officer: Officer, *, only_unread: bool, before: UUID | None, limit: int) -> list[Notice]:
    notices = inbox_of(officer, only_unread=only_unread)
    return list((notices.filter(pk__lt=before) if before else notices)[:limit])


def unread_count(officer: Officer) -> int:
    return inbox_of(officer, only_unread=True).count()


def interruptions_since(moment: datetime, officers: Collection[UUID], kind: str) -> dict[UUID, int]:
    """By officer, how many notices of this kind reached him as they were made, urgent ones left out. One SELECT."""
    rows = Notice.objects.filter(officer__in=list(officers), kind=kind, is_urgent=False, waits_for_digest=False)
    counted = rows.filter(made_at__gt=moment).order_by().values_list("officer_id").annotate(number=Count("pk"))
    return dict(counted)
