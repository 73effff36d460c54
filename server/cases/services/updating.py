"""Corrections of many cases from a list: the amount claimed, where a party is reached."""

from collections.abc import Sequence
from typing import Any

from server.cases.access import audience_of
from server.cases.case_differences import Difference
from server.cases.live import case_view
from server.cases.models import Case, Party, SubjectType
from server.cases.services.events import touch
from server.common.bulk import update_rows
from server.ledger.services import Draft
from server.people.models import Officer


def update_many(differences: Sequence[Difference], *, by: Officer | None) -> list[Draft]:
    """Write them; the caller holds the cases and appends what is given back as its last statement."""
    amounts = [(each.case.pk, each.claim_amount) for each in differences if each.claim_amount is not None]
    parties = [(party.id, party.phone, party.address) for each in differences for party in each.parties]
    update_rows(Case, "id", ("claim_amount",), amounts)
    update_rows(Party, "id", ("phone", "address"), parties)
    ids = [each.case.pk for each in differences]
    touch(ids)
    audience = audience_of(ids) if ids else {}
    return [_draft(each, audience[each.case.pk], by) for each in differences]


def _draft(difference: Difference, streams: tuple[str, ...], by: Officer | None) -> Draft:
    case = difference.case
    facts: dict[str, Any] = {"source": "import"}
    if difference.claim_amount is not None:
        facts["claim_amount"] = {"before": str(case.claim_amount), "after": str(difference.claim_amount)}
    if difference.parties:
        facts["parties"] = [
            {
                "id": str(party.id),
                "part": party.part,
                "name": party.name,
                "phone": party.phone,
                "address": party.address,
            }
            for party in difference.parties
        ]
    view: dict[str, Any] = {"case": case_view(case), "nodes": [], "by": str(by.pk) if by else None}
    return Draft(streams, "case_updated", view, facts, SubjectType.CASE.value, case.pk)
