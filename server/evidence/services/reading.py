"""Originals given out, each view and download with its entry."""

from django.db import transaction

from server.evidence import store
from server.evidence.access import Readable
from server.evidence.store import Area, Blocks
from server.ledger.services import Draft, append
from server.people.models import Officer
from server.people.streams import inspection_stream


def open_range(sha256: str, start: int = 0, end: int | None = None) -> Blocks:
    """Bytes of a verified original from `start` up to but without `end`. Asks nobody: the caller judged access.

    Raises BlobMissing, StoreUnavailable at once.
    """
    return store.current_store().read(Area.ORIGINALS, sha256, start, end)


@transaction.atomic
def record_access(*, officer: Officer, sha256: str, purpose: str, readable: Readable) -> None:
    """Enter with the inspection of each court concerned that this officer opened the file: `view` or `download`."""
    draft = Draft(
        streams=tuple(sorted(inspection_stream(court_id) for court_id in readable.courts)),
        kind="evidence_read",
        view={"sha256": sha256, "officer": str(officer.pk), "purpose": purpose},
        facts={},
        subject_type="case" if readable.cases else "",
        subject_id=min(readable.cases, default=None),
    )
    append([draft])
