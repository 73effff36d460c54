"""What a desk keeps: for those who watch its court, and written by those who keep it."""

from datetime import timedelta
from typing import Any

from server.cases.levels import Level
from server.common.clock import now
from server.duty.services import begin_shift, mute
from tests.actors import Cast

DESK_ROWS = {
    "POST /api/v1/mutes/{mute_id}/end",
    "GET /api/v1/shifts/{shift_id}",
    "POST /api/v1/shifts/{shift_id}/lines",
    "POST /api/v1/shifts/{shift_id}/hand-over",
    "POST /api/v1/shifts/{shift_id}/take-over",
}
"""404 for all who do not watch the court."""
DUTY_LISTS = {"GET /api/v1/mutes", "GET /api/v1/shifts", "GET /api/v1/daily-reports/{day}"}
"""Empty for a stranger."""
DUTY_OPENING = {"POST /api/v1/mutes", "POST /api/v1/shifts", "POST /api/v1/daily-reports/{day}"}
"""403 for all who keep no desk; for others it is their own."""
DUTY_BODIES: dict[str, dict[str, Any]] = {
    "POST /api/v1/mutes": {"cause": "triage", "reason": "no", "until": "2199-01-01T00:00:00Z"},
    "POST /api/v1/shifts/{shift_id}/lines": {"text": "no"},
    "POST /api/v1/shifts/{shift_id}/hand-over": {"summary": "no"},
    "POST /api/v1/shifts/{shift_id}/take-over": {"note": "no"},
    "POST /api/v1/daily-reports/{day}": {"text": "no", "based_on": 0},
}


DUTY = DESK_ROWS | DUTY_LISTS | DUTY_OPENING


def known_duty(cast: Cast) -> dict[str, str]:
    until = now() + timedelta(hours=1)
    made = mute(cause="triage", case=None, level=Level.DUE, reason="so", until=until, by=cast.duty)
    return {"mute_id": str(made.pk), "shift_id": str(begin_shift(by=cast.duty).pk), "day": "2026-11-02"}
