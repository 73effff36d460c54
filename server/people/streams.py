"""Names of a court's two ledger streams."""

from collections.abc import Iterable
from uuid import UUID

from server.people.models import Court


def court_stream(court_id: UUID) -> str:
    return f"court:{court_id}"


def inspection_stream(court_id: UUID) -> str:
    return f"inspection:{court_id}"


def streams_here(parties: Iterable[tuple[UUID, str]]) -> tuple[str, ...]:
    """Of these courts, each with its reach, those whose ledgers are kept here; in their order."""
    return tuple(sorted({court_stream(court_id) for court_id, reach in parties if reach == Court.Reach.HERE}))
