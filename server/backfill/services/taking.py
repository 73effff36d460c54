"""The list taken away as a file: a reading, like any other."""

from collections.abc import Sequence

from server.backfill.schemas import RowView
from server.cases.models import Case
from server.common.bulk import among
from server.custody.models import Reading
from server.custody.services import Read, record_reading
from server.people.models import Officer


def record_taking(*, officer: Officer, rows: Sequence[RowView], reason: str = "") -> None:
    """Enter it with the inspection of each court whose cases are on the list, and of his own."""
    cases = {row.case_id for row in rows}
    courts = set(Case.objects.filter(pk__in=among(cases)).values_list("court_id", flat=True))
    named = {"list": "backfill", "rows": str(len(rows)), "cases": str(len(cases))}
    record_reading(
        Read(
            officer,
            Reading.Thing.LIST,
            courts | {officer.court_id},
            purpose=Reading.Purpose.EXPORT,
            reason=reason.strip(),
            named=named,
        )
    )
