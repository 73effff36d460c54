"""A case looked at, with its entry."""

from uuid import UUID

from server.cases.access import acts_in
from server.custody.models import Reading
from server.custody.services import Read, record_reading
from server.people.models import Officer


def record_case_reading(
    *, officer: Officer, case_id: UUID, court_id: UUID, purpose: str = Reading.Purpose.VIEW, reason: str = ""
) -> None:
    """Enter with the inspection of the case's court that this officer reads it, and whether he works on it."""
    record_reading(
        Read(
            officer,
            Reading.Thing.CASE,
            {court_id},
            purpose=purpose,
            case_id=case_id,
            reason=reason,
            in_hand=lambda: acts_in(officer, case_id),
        )
    )
