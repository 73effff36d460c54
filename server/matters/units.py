"""What a device holds of a matter: the request as it was sent, who does it, and its papers. Content of rows alone."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from server.cases.models import MatterSubject
from server.matters.models import Matter, MatterSnapshot
from server.matters.queries import told
from server.matters.services.snapshots import result_view


def matter_units(ids: Collection[UUID]) -> dict[UUID, dict[str, Any]]:
    """Unit data by matter, without papers and acts. Four SELECTs whatever the number."""
    numbers = dict(MatterSubject.objects.filter(pk__in=list(ids)).values_list("pk", "assignment_no"))
    matters = Matter.objects.filter(pk__in=list(ids)).select_related("handler").prefetch_related("results")
    requests = _requests(ids)
    return {matter.pk: _unit(matter, numbers[matter.pk], requests.get(matter.pk)) for matter in matters}


def _unit(matter: Matter, assignment_no: int, snapshot: MatterSnapshot | None) -> dict[str, Any]:
    request = told(snapshot)
    return {
        "id": str(matter.pk),
        "number": matter.number,
        "kind": matter.kind,
        "state": str(matter.state),
        "is_urgent": matter.is_urgent,
        "assignment_no": assignment_no,
        "due_on": matter.due_on.isoformat() if matter.due_on else None,
        "valid_until": matter.valid_until.isoformat() if matter.valid_until else None,
        "handler": {"id": str(matter.handler_id), "name": matter.handler.name} if matter.handler else None,
        **{name: request.get(name) for name in ("from", "case_no", "request", "people", "contact", "duty_phone")},
        "snapshot": {"version": snapshot.version, "text": snapshot.text} if snapshot else None,
        "results": [result_view(each) for each in sorted(matter.results.all(), key=lambda row: row.number)],
    }


def _requests(ids: Collection[UUID]) -> dict[UUID, MatterSnapshot]:
    """The last of each by the court that asked."""
    rows = MatterSnapshot.objects.filter(matter_id__in=list(ids)).order_by("version").select_related("matter")
    return {row.matter_id: row for row in rows if row.court_id == row.matter.from_court_id}
