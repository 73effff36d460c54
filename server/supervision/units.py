"""What a device holds of urges beside the case itself. Content of the rows alone, as in `cases.units`."""

from collections import defaultdict
from collections.abc import Collection
from typing import Any
from uuid import UUID

from server.common.clock import to_wire
from server.common.statements import Given, GivenMany, Statement, UuidText
from server.supervision.models import Urge

_OPEN: Statement[Any] = Statement(
    lambda: (
        Urge.objects.filter(case_id__in=GivenMany("case_ids"), case__court_id=Given("court_id"), state=Urge.State.OPEN)
        .order_by("pk")
        .values_list("case_id", UuidText("pk"), "node_id", "text", "asked_by__name", "asked_at", "reply_due_on")
    )
)


def urge_units(case_ids: Collection[UUID], court_id: UUID) -> dict[UUID, dict[str, Any]]:
    """By case, `urges` that wait for a reply, where there are any. One SELECT.

    Of cases of this court alone, as all that is said of the work on a case.
    """
    urges: dict[UUID, dict[str, Any]] = defaultdict(lambda: {"urges": []})
    for case_id, pk, node_id, text, asked_by, asked_at, reply_due_on in _OPEN.rows(
        case_ids=case_ids, court_id=court_id
    ):
        urge = {"id": pk, "text": text, "asked_at": to_wire(asked_at), "reply_due_on": reply_due_on.isoformat()}
        about = {"node": str(node_id)} if node_id else {}
        by = {"by": asked_by} if asked_by else {}
        urges[case_id]["urges"].append({**urge, **about, **by})
    return urges
