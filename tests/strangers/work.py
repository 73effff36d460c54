"""What those who work on a case say of it, and how their court works."""

from typing import Any

TEAMWORK = {
    "POST /api/v1/cases/{case_id}/handovers",
    "POST /api/v1/cases/{case_id}/notes",
    "POST /api/v1/cases/{case_id}/plan",
    "POST /api/v1/cases/{case_id}/tasks",
    "POST /api/v1/tasks/{task_id}/{move}",
    "POST /api/v1/handovers/{handover_id}/accept",
    "POST /api/v1/handovers/{handover_id}/reject",
}
"""404 for who may not read the case, 403 for who reads it and does not work on it."""
WORK_REFUSALS = ("not_in_charge", "not_receiver", "task_of_another")
COURT_WORK = {"GET /api/v1/courts/{court_id}/work", "PUT /api/v1/courts/{court_id}/work"}
"""404 for a stranger; its own people read how their court works, and say nothing of a case by it."""
WORK_BODIES: dict[str, dict[str, Any]] = {
    "POST /api/v1/cases/{case_id}/handovers": {"stage": "funds"},
    "POST /api/v1/cases/{case_id}/notes": {"text": "no"},
    "POST /api/v1/handovers/{handover_id}/reject": {"reason": "no"},
    "POST /api/v1/cases/{case_id}/plan": {"text": "no"},
    "POST /api/v1/cases/{case_id}/tasks": {"text": "no", "to": "{director_id}", "due_on": "2999-01-01"},
    "PUT /api/v1/courts/{court_id}/work": {"assignment_model": "STAGED", "handover_days": 3},
}
