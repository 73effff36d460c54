"""Delegations held to the end of a transaction, in the one order: the cases of both courts, then its own row."""

from uuid import UUID

from server.cases.queries import hold_cases
from server.delegation.access import delegation_not_found
from server.delegation.models import CaseDelegation

_WITH = ("from_court", "to_court", "case__court", "received_case", "handler", "drafted_by")


def held_delegation(delegation_id: UUID) -> CaseDelegation:
    """Raises DomainError 404 `delegation_not_found`."""
    known = CaseDelegation.objects.filter(pk=delegation_id).values_list("case_id", "received_case_id").first()
    if known is None:
        raise delegation_not_found()
    hold_cases([each for each in known if each is not None])
    row = CaseDelegation.objects.select_for_update(of=("self",), no_key=True).select_related(*_WITH)
    delegation = row.get(pk=delegation_id)
    if delegation.received_case_id not in known:
        hold_cases([delegation.received_case_id] if delegation.received_case_id else [])  # it was filed there meanwhile
    return delegation
