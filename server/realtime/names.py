"""Names behind ids, asked for by a desk (never by a wall): a scoped, batched look-up."""

from collections.abc import Iterable
from uuid import UUID

from server.cases.models import Case
from server.people.models import Device, Group, Officer

MOST_IDS = 500


def names_of(court: UUID, ids: Iterable[str]) -> dict[str, str]:
    """id -> name for cases, officers, groups and devices of this court; anything else is left out, without a word."""
    wanted = [parsed for text in list(ids)[:MOST_IDS] if (parsed := _uuid(text))]
    scope = {"court_id": court, "pk__in": wanted}
    pairs = [
        *Case.objects.filter(**scope).values_list("pk", "case_no"),
        *Officer.objects.filter(**scope).values_list("pk", "name"),
        *Group.objects.filter(**scope).values_list("pk", "name"),
        *Device.objects.filter(**scope).values_list("pk", "name"),
    ]
    return {str(key): name for key, name in pairs}


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text.strip())
    except ValueError:
        return None
