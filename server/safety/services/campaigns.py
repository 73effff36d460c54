"""Joint operations: opened with roster and cases, closed by whoever commands. What they came to is derived."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from server.cases.models import Case
from server.common.clock import now
from server.common.errors import DomainError
from server.common.ids import new_id
from server.ledger.services import append
from server.people.models import Group, Officer
from server.safety.access import campaigns_visible_to, require_can_command, require_own_id
from server.safety.live import campaign_view, told
from server.safety.models import Campaign
from server.safety.services.orders import require_words

OPENED, CLOSED = "campaign_opened", "campaign_closed"


@transaction.atomic
def open_campaign(
    *,
    name: str,
    commander: Officer,
    begins_at: datetime,
    ends_at: datetime,
    groups: Collection[Group],
    cases: Collection[Case],
    by: Officer,
    campaign_id: UUID | None = None,
) -> Campaign:
    """With the id of one there is, nothing is done again.

    Raises DomainError 403 `may_not_command`; 409 `id_taken`; 422 `note_required` (a name), `note_too_long`,
    `campaign_span`, `campaign_of_another_court`.
    """
    require_can_command(by, by.court_id)
    standing = Campaign.objects.filter(pk=campaign_id).first() if campaign_id else None
    if standing is not None:
        require_own_id(by, standing.court_id)
        return standing
    require_words(name, at_most=100)
    if ends_at <= begins_at:
        raise DomainError("campaign_span", 422, _("It ends after it begins. Look at both times."))
    courts = {commander.court_id, *(each.court_id for each in groups), *(each.court_id for each in cases)}
    if courts != {by.court_id}:
        raise another_court()
    row = Campaign.objects.create(
        id=campaign_id or new_id(),
        court_id=by.court_id,
        name=name.strip(),
        commander=commander,
        begins_at=begins_at,
        ends_at=ends_at,
        opened_by=by,
    )
    row.groups.set(groups)
    row.cases.set(cases)
    append([told(row.court_id, OPENED, {"campaign": campaign_view(row)}, **_roster(row, by))])
    return row


@transaction.atomic
def close_campaign(*, campaign_id: UUID, by: Officer) -> Campaign:
    """Before its end, or after it. Closed again it stays as it was.

    Raises DomainError 404 `campaign_not_found`; 403 `may_not_command`, but for its commander.
    """
    row = readable_campaign(by, campaign_id)
    require_leads(by, row)
    row = Campaign.objects.select_for_update(of=("self",), no_key=True).get(pk=row.pk)
    if row.closed_at is None:
        row.closed_at = now()
        row.save(update_fields=["closed_at"])
        append([told(row.court_id, CLOSED, {"campaign": campaign_view(row)}, by=str(by.pk))])
    return row


def readable_campaign(officer: Officer, campaign_id: UUID) -> Campaign:
    """Raises DomainError 404 `campaign_not_found`."""
    row = campaigns_visible_to(officer).select_related("commander", "court").filter(pk=campaign_id).first()
    if row is None:
        raise DomainError("campaign_not_found", 404, _("There is no such joint operation among those you may read."))
    return row


def require_leads(officer: Officer, campaign: Campaign) -> None:
    """Its commander, or whoever commands in the court. Raises DomainError 403 `may_not_command`."""
    if campaign.commander_id != officer.pk:
        require_can_command(officer, campaign.court_id)


def another_court() -> DomainError:
    """The same for what there is not and for what he may not know of."""
    message = _("Commander, groups and cases are of your own court, and cases such as you may read.")
    return DomainError("campaign_of_another_court", 422, message)


def _roster(row: Campaign, by: Officer) -> dict[str, object]:
    groups = sorted(str(pk) for pk in row.groups.values_list("pk", flat=True))
    cases = sorted(str(pk) for pk in row.cases.values_list("pk", flat=True))
    return {"name": row.name, "groups": groups, "cases": cases, "by": str(by.pk)}
