"""What watchers are told of handovers and tasks: codes, ids and dates, no words."""

from typing import Any
from uuid import UUID

from server.common.clock import to_wire
from server.teamwork.models import Approval, Handover, Task


def handover_view(handover: Handover) -> dict[str, Any]:
    return {
        "id": str(handover.pk),
        "case": str(handover.case_id),
        "stage": handover.stage,
        "state": str(handover.state),
        "from": {"team": _text(handover.from_team_id), "officer": _text(handover.from_officer_id)},
        "to": {"team": _text(handover.to_team_id), "officer": _text(handover.to_officer_id)},
        "proposed_at": to_wire(handover.proposed_at),
        "due_on": handover.due_on.isoformat(),
        "decided_at": to_wire(handover.decided_at) if handover.decided_at else None,
        "decided_by": _text(handover.decided_by_id),
    }


def task_view(task: Task) -> dict[str, Any]:
    return {
        "id": str(task.pk),
        "case": str(task.case_id),
        "to": str(task.to_id),
        "state": str(task.state),
        "due_on": task.due_on.isoformat(),
    }


def approval_view(approval: Approval) -> dict[str, Any]:
    return {
        "id": str(approval.pk),
        "case": str(approval.case_id),
        "act_kind": approval.act_kind,
        "act": _text(approval.act_id),
        "state": str(approval.state),
        "asked_by": str(approval.asked_by_id),
        "asked_at": to_wire(approval.asked_at),
        "due_at": to_wire(approval.due_at) if approval.due_at else None,
        "decided_by": _text(approval.decided_by_id),
        "paper": approval.paper.sha256 if approval.paper else None,
    }


def _text(identity: UUID | None) -> str | None:
    return str(identity) if identity else None
