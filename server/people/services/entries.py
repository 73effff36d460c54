"""Drafts of the entries people make: ids and codes in the view, the person's words in the facts."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from server.ledger.services import Draft
from server.people.models import Officer
from server.people.streams import court_stream


def court_entry(
    court_id: UUID, kind: str, view: Mapping[str, Any], *, by: Officer | None = None, **facts: Any
) -> Draft:
    """One entry in the court's own stream; `by` is None for an operator's command."""
    actor = {"by": str(by.pk) if by else None}
    return Draft(
        streams=(court_stream(court_id),), kind=kind, view={"court": str(court_id), **view, **actor}, facts=facts
    )
