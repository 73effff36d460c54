"""The package for a court without Zhixing, made again whenever it is asked for; each is entered with the own court."""

from typing import IO

from django.db import transaction

from server.ledger.services import append
from server.matters.access import require_side
from server.matters.models import Matter
from server.matters.package import require_by_package, write_package
from server.matters.services.entries import matter_draft
from server.matters.states import Part
from server.people.models import Officer


def make_package(*, matter: Matter, out: IO[bytes], by: Officer) -> None:
    """Raises DomainError 403 `matter_not_in_charge`, 409 `matter_not_by_package`; StoreUnavailable."""
    require_side(by, matter, Part.AUTHOR, Part.APPROVER)
    require_by_package(matter)
    write_package(matter, out)
    with transaction.atomic():
        append([matter_draft(matter, "matter_packed", by=by, facts={}, only=matter.from_court_id)])
