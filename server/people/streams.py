"""Names of a court's two ledger streams."""

from uuid import UUID


def court_stream(court_id: UUID) -> str:
    return f"court:{court_id}"


def inspection_stream(court_id: UUID) -> str:
    return f"inspection:{court_id}"
