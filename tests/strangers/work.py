"""What those who work on a case say of it, how their court works, and what they talk about in a week."""

from typing import Any

from server.cases.models import Case
from server.common.clock import now
from server.people.models import Officer
from server.teamwork.models import Approval

TEAMWORK = {
    "POST /api/v1/cases/{case_id}/handovers",
    "POST /api/v1/cases/{case_id}/notes",
    "POST /api/v1/cases/{case_id}/plan",
    "POST /api/v1/cases/{case_id}/tasks",
    "POST /api/v1/tasks/{task_id}/{move}",
    "POST /api/v1/handovers/{handover_id}/accept",
    "POST /api/v1/handovers/{handover_id}/reject",
    "POST /api/v1/approvals/{approval_id}/approve",
    "POST /api/v1/approvals/{approval_id}/refuse",
}
"""404 for who may not read the case, 403 for who reads it and does not work on it."""
WORK_REFUSALS = ("not_in_charge", "not_receiver", "role_required", "task_of_another")
COURT_WORK = {"GET /api/v1/courts/{court_id}/work", "PUT /api/v1/courts/{court_id}/work"}
"""404 for a stranger; its own people read how their court works, and say nothing of a case by it."""
MEETINGS = {
    "GET /api/v1/meetings/{meeting_id}",
    "POST /api/v1/meetings/{meeting_id}/minutes",
    "POST /api/v1/meetings/{meeting_id}/close",
}
"""404 for all but its team and those who watch the court."""
OPENING = "POST /api/v1/meetings"
"""403 for all but the director and team leaders."""
WORK_BODIES: dict[str, dict[str, Any]] = {
    "POST /api/v1/cases/{case_id}/handovers": {"stage": "funds"},
    "POST /api/v1/cases/{case_id}/notes": {"text": "no"},
    "POST /api/v1/handovers/{handover_id}/reject": {"reason": "no"},
    "POST /api/v1/cases/{case_id}/plan": {"text": "no"},
    "POST /api/v1/cases/{case_id}/tasks": {"text": "no", "to": "{director_id}", "due_on": "2199-01-01"},
    "POST /api/v1/approvals/{approval_id}/refuse": {"said": "no"},
    "POST /api/v1/meetings/{meeting_id}/minutes": {"items": [{"case": "{case_id}", "said": "no"}]},
    "PUT /api/v1/courts/{court_id}/work": {"assignment_model": "STAGED", "handover_days": 3},
}


def known_approval(case: Case, by: Officer) -> dict[str, str]:
    """One that waits."""
    asked = Approval.objects.create(
        case=case, act_kind="SEARCH", text="藏匿现金", asked_by=by, asked_at=now(), operation="ab" * 32
    )
    return {"approval_id": str(asked.pk)}
