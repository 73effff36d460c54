"""Whole cases delegated: hidden from all but the two courts and their superiors, who have tests of their own."""

from typing import Any

from server.cases.models import Case
from server.delegation.models import CaseDelegation
from server.delegation.services import Asked, draft_delegation
from server.people.models import Court, Officer

_ONE = "/api/v1/delegations/{delegation_id}"
_NOBODYS = "01999999-0000-7000-8000-00000000000f"
DELEGATIONS = {
    f"GET {_ONE}",
    f"PUT {_ONE}",
    f"POST {_ONE}/moves",
    f"POST {_ONE}/papers",
    f"DELETE {_ONE}/papers/{{paper_id}}",
    f"POST {_ONE}/files",
    f"GET {_ONE}/files/{{sha256}}",
    f"HEAD {_ONE}/files/{{sha256}}",
    "GET /api/v1/cases/{case_id}/delegations",
    "POST /api/v1/cases/{case_id}/delegations",
}
"""404 for a stranger, as if there were none. A draft is known to its own court alone."""
DELEGATION_LISTS = {"GET /api/v1/delegations"}
DELEGATIONS_FOR_ALL = {"GET /api/v1/delegation-papers"}
"""The eight papers are the law's."""
DELEGATION_BODIES: dict[str, dict[str, Any]] = {
    f"PUT {_ONE}": {"to_court": "{court_id}"},
    f"POST {_ONE}/moves": {"move": "check"},
    f"POST {_ONE}/papers": {"slot": "letter", "paper": _NOBODYS},
    "POST /api/v1/cases/{case_id}/delegations": {"to_court": "{court_id}"},
}


def known_delegation(case: Case, to_court: Court, by: Officer) -> dict[str, str]:
    delegation: CaseDelegation = draft_delegation(case=case, to_court=to_court, asked=Asked(), by=by)
    return {"delegation_id": str(delegation.pk), "paper_id": _NOBODYS}
