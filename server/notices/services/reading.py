"""An officer has read what he was told."""

from collections.abc import Collection
from uuid import UUID

from server.common.clock import now
from server.notices.models import Notice
from server.people.models import Officer


def mark_read(*, officer: Officer, ids: Collection[UUID]) -> int:
    """How many are read by this; another's, unknown ones and those read before are left alone."""
    return Notice.objects.filter(officer=officer, pk__in=list(ids), read_at=None).update(read_at=now())
