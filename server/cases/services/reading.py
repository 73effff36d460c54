"""A case looked at, with its entry."""

from uuid import UUID

from server.cases.access import acts_in
from server.custody.models import Reading
from server.custody.services import Read, record_reading
from server.people.models import Officer


def record_case_reading(*, officer: Officer, case_id: UUID, court_id: UUID) -> None:
    """Enter with the inspection of the case's court that this officer looks at it, and whether he works on it."""
    record_reading(
        Read(officer, Reading.Thing.CASE, {court_id}, case_id=case_id, in_hand=lambda: acts_in(officer, case_id))
    )
