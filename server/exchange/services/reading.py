"""That somebody looked at a file which a court on another server gave is entered, as of every file."""

from server.cases.access import acts_in
from server.custody.models import Reading
from server.custody.services import Read, record_reading
from server.matters.models import Matter
from server.people.models import Officer


def record_look(*, officer: Officer, matter: Matter, sha256: str, purpose: str, reason: str) -> None:
    """With the inspection of the court that asked."""
    record_reading(
        Read(
            officer=officer,
            thing=Reading.Thing.FILE,
            courts={matter.from_court_id},
            purpose=purpose,
            sha256=sha256,
            case_id=matter.case_id,
            reason=reason,
            in_hand=lambda: matter.case_id is not None and acts_in(officer, matter.case_id),
        )
    )
