"""Entries for watchers to see, appended through the one writer."""

from typing import Any

from django.db import transaction

from server.ledger.models import Entry
from server.ledger.queries import head_of
from server.ledger.services import Draft, append
from server.people.models import Court


def stream_of(court: Court) -> str:
    return f"court:{court.pk}"


def append_some(court: Court, count: int = 1, size: int = 0) -> None:
    """`count` entries in one transaction, each with `size` characters of ballast."""
    with transaction.atomic():
        append([Draft((stream_of(court),), "noted", {"number": n, "ballast": "x" * size}, {}) for n in range(count)])


def place_of(court: Court) -> dict[str, Any]:
    """Where a fresh snapshot would stand."""
    head = head_of(stream_of(court))
    return {"stream": stream_of(court), "ledger_epoch": head.ledger_epoch, "position": head.position}


def stored_views(court: Court, after: int) -> list[str]:
    rows = Entry.objects.filter(stream=stream_of(court), position__gt=after).order_by("position")
    return list(rows.values_list("view", flat=True))
