"""Roster and cases of a joint operation that is under way: changed with a reason, and the tally is of what stands."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from server.cases.models import Case
from server.common.errors import DomainError
from server.ledger.services import append
from server.people.models import Group, Officer
from server.safety.live import campaign_view, told
from server.safety.models import Campaign, CampaignChange
from server.safety.services.campaigns import another_court, readable_campaign, require_leads
from server.safety.services.orders import require_words

CHANGED = "campaign_changed"


@transaction.atomic
def change_campaign(
    *,
    campaign_id: UUID,
    why: str,
    by: Officer,
    add_groups: Collection[Group] = (),
    add_cases: Collection[Case] = (),
    remove_groups: Collection[UUID] = (),
    remove_cases: Collection[UUID] = (),
) -> Campaign:
    """Groups and cases join or leave; what is so already stays, and without any change nothing is told.

    Raises DomainError 404 `campaign_not_found`; 403 `may_not_command`, but for its commander; 409 `campaign_closed`;
    422 `note_required`, `note_too_long`, `campaign_of_another_court`.
    """
    row = readable_campaign(by, campaign_id)
    require_leads(by, row)
    require_words(why)
    courts = {each.court_id for each in add_groups} | {each.court_id for each in add_cases}
    if courts - {row.court_id}:
        raise another_court()
    row = Campaign.objects.select_for_update(of=("self",), no_key=True).get(pk=row.pk)
    if row.closed_at is not None:
        raise DomainError("campaign_closed", 409, _("This joint operation is closed. Open another."))
    groups = _moved(row.groups, {each.pk for each in add_groups}, set(remove_groups))
    cases = _moved(row.cases, {each.pk for each in add_cases}, set(remove_cases))
    if any((*groups, *cases)):
        _keep(row, by, why.strip(), groups, cases)
    return row


def _moved(members: Any, joining: set[UUID], leaving: set[UUID]) -> tuple[list[str], list[str]]:
    """Who joined, who left."""
    standing = set(members.values_list("pk", flat=True))
    joined, left = joining - standing, (leaving - joining) & standing
    members.add(*joined)
    members.remove(*left)
    return sorted(map(str, joined)), sorted(map(str, left))


def _keep(
    row: Campaign, by: Officer, why: str, groups: tuple[list[str], list[str]], cases: tuple[list[str], list[str]]
) -> None:
    added, removed = ({"groups": groups[place], "cases": cases[place]} for place in (0, 1))
    CampaignChange.objects.create(campaign=row, by=by, why=why, added=added, removed=removed)
    facts = {"by": str(by.pk), "why": why, "added": added, "removed": removed}
    append([told(row.court_id, CHANGED, {"campaign": campaign_view(row)}, **facts)])
