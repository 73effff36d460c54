"""`{% accounts act.id %}`: every account of an act, where there is more than one or the words are all there is."""

from typing import Any
from uuid import UUID

from django import template

from server.centre.accounts import accounts_of
from server.field.case_acts import case_act_kinds
from server.field.models import FieldAction

register = template.Library()


@register.inclusion_tag("centre/accounts.html")
def accounts(action_id: UUID) -> dict[str, Any]:
    found = accounts_of(action_id)
    is_shown = len(found) > 1 or FieldAction.objects.filter(pk=action_id, kind__in=case_act_kinds()).exists()
    return {"accounts": found if is_shown else []}
