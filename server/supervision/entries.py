"""What the ledger is told of supervision: codes and ids in the view, people's words in the facts."""

from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from server.cases.access import audience_of
from server.cases.live import case_view
from server.cases.models import Case, SubjectType
from server.ledger.services import Draft, append
from server.people.models import Officer


class Told(NamedTuple):
    case: Case
    kind: str
    view: Mapping[str, Any]
    facts: Mapping[str, Any]
    by: Officer | None = None


def append_told(told: Collection[Told]) -> None:
    """The last statement of a transaction."""
    if told:
        append(drafts_of(told))


def drafts_of(told: Collection[Told]) -> list[Draft]:
    audience = audience_of({each.case.pk for each in told})
    return [_draft(each, audience[each.case.pk]) for each in told]


def _draft(told: Told, streams: tuple[str, ...]) -> Draft:
    by = str(told.by.pk) if told.by else None
    view = {"case": case_view(told.case), "nodes": [], "by": by, **told.view}
    return Draft(streams, told.kind, view, told.facts, SubjectType.CASE.value, told.case.pk)
