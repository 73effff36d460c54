"""What passes between courts, errands and whole cases: one table of both."""

from server.cases.models import Case
from server.people.models import Court, Officer
from tests.strangers.delegations import (
    DELEGATION_BODIES,
    DELEGATION_LISTS,
    DELEGATIONS,
    DELEGATIONS_FOR_ALL,
    known_delegation,
)
from tests.strangers.exchange import ACROSS
from tests.strangers.matters import MATTER_BODIES, MATTER_LISTS, MATTERS, MATTERS_FOR_ALL, drafted

BETWEEN = MATTERS | DELEGATIONS | ACROSS
BETWEEN_LISTS = MATTER_LISTS | DELEGATION_LISTS
BETWEEN_FOR_ALL = MATTERS_FOR_ALL | DELEGATIONS_FOR_ALL
BETWEEN_BODIES = MATTER_BODIES | DELEGATION_BODIES


def known_between(case: Case, to_court: Court, by: Officer) -> dict[str, str]:
    return {"matter_id": str(drafted(case, to_court, by).pk)} | known_delegation(case, to_court, by)
