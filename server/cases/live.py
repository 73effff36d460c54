"""What watchers are told of cases and nodes: codes, ids and dates, no names. The same in frames and snapshot."""

from typing import Any
from uuid import UUID

from server.cases.models import Case, Node


def case_view(case: Case) -> dict[str, Any]:
    """Absolute: an entry's position says which is newer. No version: every act raises it, and changes nothing here."""
    return {
        "id": str(case.pk),
        "court": str(case.court_id),
        "case_no": case.case_no,
        "status": case.status,
        "priority": case.priority,
        "assignment_no": case.assignment_no,
        "filed_on": case.filed_on.isoformat(),
    }


def node_view(node: Node) -> dict[str, Any]:
    return {
        "id": str(node.pk),
        "case": str(node.case_id),
        "key": node.key,
        "chain": node.chain,
        "stage": node.stage,
        "state": node.state,
        "started_on": node.started_on.isoformat() if node.started_on else None,
        "due_on": node.due_on.isoformat() if node.due_on else None,
        "finished_on": node.finished_on.isoformat() if node.finished_on else None,
        "version": node.version,
        **({"is_paused": True} if node.is_paused else {}),
    }


def live_cases(court: UUID) -> list[dict[str, Any]]:
    return [
        case_view(case)
        for case in Case.objects.filter(court_id=court).exclude(status=Case.Status.CLOSED).order_by("pk")
    ]


def live_nodes(court: UUID) -> list[dict[str, Any]]:
    """Nodes of open cases that ever started."""
    nodes = Node.objects.filter(case__court_id=court).exclude(case__status=Case.Status.CLOSED)
    return [node_view(node) for node in nodes.exclude(state=Node.State.NOT_STARTED).order_by("pk")]
