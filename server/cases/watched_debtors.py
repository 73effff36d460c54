"""All cases of the debtors of some, for whoever watches how one person is looked up."""

from collections import defaultdict
from collections.abc import Collection
from uuid import UUID

from server.cases.models import Party


def cases_by_debtor(case_ids: Collection[UUID]) -> dict[str, set[UUID]]:
    """By the keyed hash of each debtor's identity number; a debtor without one is nobody we could know again."""
    debtors = Party.objects.filter(part=Party.Part.DEBTOR).exclude(identity_hash="")
    hashes = debtors.filter(case_id__in=list(case_ids)).values("identity_hash")
    found: dict[str, set[UUID]] = defaultdict(set)
    for debtor, case_id in debtors.filter(identity_hash__in=hashes).values_list("identity_hash", "case_id"):
        found[debtor].add(case_id)
    return dict(found)
