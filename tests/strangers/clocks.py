"""What moves the clocks of a case."""

from typing import Any

CLOCKS = {
    "POST /api/v1/cases/{case_id}/pauses",
    "POST /api/v1/cases/{case_id}/pauses/{pause_id}/end",
    "POST /api/v1/cases/{case_id}/extensions",
    "POST /api/v1/cases/{case_id}/suspend",
    "POST /api/v1/cases/{case_id}/resume",
}
"""404 for who may not read the case, 403 for who reads it and neither holds it nor leads its bureau."""
CLOCK_BODIES: dict[str, dict[str, Any]] = {
    "POST /api/v1/cases/{case_id}/pauses": {"reason": "STAYED", "started_on": "2026-01-05"},
    "POST /api/v1/cases/{case_id}/pauses/{pause_id}/end": {"ended_on": "2026-01-05"},
    "POST /api/v1/cases/{case_id}/extensions": {"key": "k", "asked_on": "2026-01-05", "level": "PRESIDENT"},
    "POST /api/v1/cases/{case_id}/suspend": {"reason": "ruling"},
    "POST /api/v1/cases/{case_id}/resume": {"reason": "ruling"},
}
