"""What every writer of safety does first: hold the officer, so that his devices, the desk and the beat come in turn."""

from collections.abc import Iterable
from uuid import UUID

from server.people.models import Officer
from server.safety.models import Alarm


def hold_officer(officer_id: UUID) -> Officer:
    """Before rows of his are read; the heads of the ledger come after it."""
    return Officer.objects.select_for_update(of=("self",), no_key=True).get(pk=officer_id)


def standing_alarm(officer_id: UUID, kind: str) -> Alarm | None:
    return Alarm.objects.filter(officer_id=officer_id, kind=kind, ended_at=None).first()


def hold_officers(officers: Iterable[UUID]) -> list[UUID]:
    """In the order of their ids."""
    rows = Officer.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=set(officers)).order_by("pk")
    return [row.pk for row in rows]
