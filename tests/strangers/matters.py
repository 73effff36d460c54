"""Errands between courts: hidden from all but the two courts and their superiors, who have tests of their own."""

from typing import Any

from server.cases.models import Case
from server.matters.models import Matter
from server.matters.services import Asked, draft_matter
from server.people.models import Court, Officer

MATTERS = {
    "GET /api/v1/matters/{matter_id}",
    "PUT /api/v1/matters/{matter_id}",
    "POST /api/v1/cases/{case_id}/matters",
    "POST /api/v1/matters/{matter_id}/moves",
    "POST /api/v1/matters/{matter_id}/talks",
    "POST /api/v1/matters/{matter_id}/notes",
    "POST /api/v1/matters/{matter_id}/urges",
    "POST /api/v1/matters/{matter_id}/papers",
    "DELETE /api/v1/matters/{matter_id}/papers/{sha256}",
    "POST /api/v1/matters/{matter_id}/files",
    "POST /api/v1/matters/{matter_id}/results",
    "GET /api/v1/matters/{matter_id}/package",
    "GET /api/v1/matters/{matter_id}/intakes",
    "POST /api/v1/matters/{matter_id}/intakes",
}
"""404 for a stranger, as if there were none. A draft is known to its own court alone."""
MATTER_LISTS = {"GET /api/v1/matters", "GET /api/v1/matter-figures", "GET /api/v1/matter-figures/{figure}"}
MATTERS_FOR_ALL = {"GET /api/v1/matter-kinds", "POST /api/v1/matters/moves"}
"""The kinds are no secret; of many at once each is answered by itself."""
_ASKED = {"kind": "SERVE", "to_court": "{court_id}"}
MATTER_BODIES: dict[str, dict[str, Any]] = {
    "PUT /api/v1/matters/{matter_id}": _ASKED,
    "POST /api/v1/cases/{case_id}/matters": _ASKED,
    "POST /api/v1/matters/{matter_id}/moves": {"move": "submit"},
    "POST /api/v1/matters/{matter_id}/talks": {"spoke_with": "x", "text": "x"},
    "POST /api/v1/matters/{matter_id}/notes": {"text": "x"},
    "POST /api/v1/matters/{matter_id}/urges": {"text": "x"},
    "POST /api/v1/matters/{matter_id}/papers": {"slot": "letter", "paper": "01999999-0000-7000-8000-00000000000f"},
    "POST /api/v1/matters/{matter_id}/results": {"code": "SERVED"},
    "POST /api/v1/matters/moves": {"move": "sign_for", "ids": ["01999999-0000-7000-8000-00000000000f"]},
}


def drafted(case: Case, to_court: Court, by: Officer) -> Matter:
    return draft_matter(case=case, to_court=to_court, asked=Asked(kind="SERVE"), by=by).matter
