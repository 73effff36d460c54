"""What the ledger is told of a case: absolute state and codes in the view, words and names in the facts."""

from collections.abc import Iterable, Mapping
from typing import Any

from server.cases.access import audience_of
from server.cases.live import case_view
from server.cases.models import Case, SubjectType
from server.cases.states import HeldNode, node_views
from server.ledger.services import Draft, append
from server.people.models import Officer


def case_draft(
    case: Case,
    kind: str,
    view: Mapping[str, Any],
    *,
    nodes: Iterable[HeldNode] = (),
    by: Officer | None = None,
    **facts: Any,
) -> Draft:
    """`case` is as it is stored now."""
    whole = {"case": case_view(case), "nodes": node_views(case.pk, nodes), "by": str(by.pk) if by else None, **view}
    return Draft(audience_of([case.pk])[case.pk], kind, whole, facts, SubjectType.CASE.value, case.pk)


def append_case_entry(
    case: Case,
    kind: str,
    view: Mapping[str, Any],
    *,
    nodes: Iterable[HeldNode] = (),
    by: Officer | None = None,
    **facts: Any,
) -> None:
    """The last statement of a transaction that changed this case; `case` is as it is stored now."""
    append([case_draft(case, kind, view, nodes=nodes, by=by, **facts)])
