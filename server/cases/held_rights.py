"""Who may do what in a case, and since when: as decisions see it. Pure."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID


class HeldGrant(NamedTuple):
    reason: str
    assignment_no: int | None
    valid_from: datetime
    valid_to: datetime | None

    def covers(self, moment: datetime) -> bool:
        return self.valid_from <= moment and (self.valid_to is None or moment < self.valid_to)


class HeldLoan(NamedTuple):
    """Another court that is told of the case."""

    court_id: UUID
    valid_from: datetime
    valid_to: datetime | None

    def covers(self, moment: datetime) -> bool:
        return self.valid_from <= moment and (self.valid_to is None or moment < self.valid_to)


class HeldAssignment(NamedTuple):
    number: int
    assigned_at: datetime
    ended_at: datetime | None
    group_id: UUID | None
    officer_id: UUID | None
