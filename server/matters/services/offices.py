"""Who is in office in some courts: read once for many matters."""

from collections import defaultdict
from collections.abc import Collection
from uuid import UUID

from server.common.clock import now
from server.people.access import current_at
from server.people.models import OfficerRole, Role


class Offices:
    """By court and role, at this moment. One SELECT."""

    def __init__(self, court_ids: Collection[UUID], roles: Collection[Role]) -> None:
        rows = OfficerRole.objects.filter(
            current_at(now()), role__in=list(roles), officer__court_id__in=list(court_ids), officer__is_active=True
        )
        self._held: dict[tuple[UUID, str], set[UUID]] = defaultdict(set)
        for court_id, role, officer_id in rows.values_list("officer__court_id", "role", "officer_id"):
            self._held[court_id, role].add(officer_id)

    def of(self, court_id: UUID | None, *roles: Role) -> set[UUID]:
        return {each for role in roles for each in self._held[court_id, role.value]} if court_id else set()
