"""What is carried back to the national system."""

from typing import Any

BACKFILL_LISTS = {"GET /api/v1/backfill", "GET /api/v1/backfill.csv"}
"""Empty for a stranger."""
FILLING = {"POST /api/v1/backfill/fill", "POST /api/v1/backfill/undo", "POST /api/v1/backfill/list"}
"""For many at once: of each that is not his the same as of none there is."""
BACKFILL = BACKFILL_LISTS | FILLING
FILLING_BODIES: dict[str, dict[str, Any]] = {
    "POST /api/v1/backfill/fill": {"rows": [{"case_id": "{case_id}", "reference": "act:{action_id}"}]},
    "POST /api/v1/backfill/undo": {"rows": [{"case_id": "{case_id}", "reference": "act:{action_id}"}]},
    "POST /api/v1/backfill/list": {"text": "{case_no}"},
}
BACKFILL_FORMS = {"backfill/mark", "backfill/list"}
BACKFILL_PAGES = {"backfill": "/centre/backfill", "backfill/file": "/centre/backfill/file"}
