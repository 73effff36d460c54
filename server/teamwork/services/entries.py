"""What the ledger is told of teamwork. Words stay in the private part; other courts hear of nodes alone."""

from collections.abc import Mapping, Sequence
from typing import Any

from server.cases.access import audience_of
from server.cases.live import case_view
from server.cases.models import Case, SubjectType
from server.cases.states import HeldNode, node_views
from server.ledger.services import Draft
from server.people.models import Officer
from server.people.streams import court_stream


def own_draft(
    case: Case,
    kind: str,
    view: Mapping[str, Any],
    *,
    nodes: Sequence[HeldNode] = (),
    by: Officer | None = None,
    **facts: Any,
) -> Draft:
    """To the case's own court alone: no court it is lent to learns who does what here."""
    return _draft((court_stream(case.court_id),), case, kind, nodes, by, view, facts)


def drafts_of_lent(case: Case, nodes: Sequence[HeldNode]) -> list[Draft]:
    """Where nodes moved, courts the case is lent to are told how they stand, and not by what."""
    others = set(audience_of([case.pk])[case.pk]) - {court_stream(case.court_id)}
    return [_draft(tuple(sorted(others)), case, "node_changed", nodes, None, {}, {})] if others and nodes else []


def _draft(
    streams: tuple[str, ...],
    case: Case,
    kind: str,
    nodes: Sequence[HeldNode],
    by: Officer | None,
    view: Mapping[str, Any],
    facts: Mapping[str, Any],
) -> Draft:
    whole = {"case": case_view(case), "nodes": node_views(case.pk, nodes), "by": str(by.pk) if by else None, **view}
    return Draft(streams, kind, whole, facts, SubjectType.CASE.value, case.pk)
