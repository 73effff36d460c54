"""`{% accounts act.id %}`: every account of an act, where there is more than one."""

from typing import Any
from uuid import UUID

from django import template

from server.centre.accounts import accounts_of

register = template.Library()


@register.inclusion_tag("centre/accounts.html")
def accounts(action_id: UUID) -> dict[str, Any]:
    found = accounts_of(action_id)
    return {"accounts": found if len(found) > 1 else []}
