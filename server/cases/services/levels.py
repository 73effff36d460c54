"""Warning levels of nodes, written by whoever watches them; the caller holds the cases."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import F, Q

from server.cases.levels import Level
from server.cases.models import Node
from server.common.bulk import among, update_rows

Found = tuple[UUID, str, int, datetime | None]
"""Node, level, the version for which it was found, and when it next rises."""


def write_levels(found: Sequence[Found]) -> None:
    update_rows(Node, "id", ("level", "level_version", "next_level_at"), found)


def pass_over_unstarted(case_ids: Collection[UUID]) -> None:
    """What never started has no level: seen in one statement, most nodes of a new case being such."""
    nodes = Node.objects.filter(~Q(level_version=F("version")), case_id__in=among(case_ids), level=Level.NORMAL)
    nodes.filter(state=Node.State.NOT_STARTED, next_level_at=None).update(level_version=F("version"))


def look_again(case_id: UUID) -> None:
    """Have the levels of a case found anew, although none of its nodes moved."""
    wears_one = Q(next_level_at__isnull=False) | ~Q(level=Level.NORMAL)
    Node.objects.filter(wears_one, case_id=case_id).update(level_version=0)
