"""Devices that may still hold an unsent act: while there is one, a breach is provisional.

A device cannot hold one any more once it was heard of after the limit had passed and had nothing left for the case:
what its officer did in time stood in its log by then, and the log comes in order.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from server.cases.counting import as_moment
from server.cases.models import Grant
from server.common.bulk import among
from server.common.clock import SHANGHAI, to_wire
from server.people.last_words import is_cut, unsent_of
from server.people.models import Device
from server.supervision.circle import HOLDS


@dataclass(frozen=True, slots=True)
class SilentDevice:
    id: UUID
    name: str
    officer: str
    last_contact_at: datetime | None
    unsent_acts: int = 0
    """That may be about the case, as it said itself when it was heard of after the limit had passed."""
    is_cut: bool = False
    """It had more to say of them than we keep: they may be more, or any."""

    def as_json(self) -> dict[str, Any]:
        heard = to_wire(self.last_contact_at) if self.last_contact_at else None
        told = {"device": str(self.id), "name": self.name, "officer": self.officer, "last_contact_at": heard}
        return {**told, "unsent_acts": self.unsent_acts}


def silent_words(device: SilentDevice) -> str:
    """In the language of the reader."""
    named = {"device": device.name or device.id, "officer": device.officer}
    heard = device.last_contact_at
    if heard is None:
        return _("Provisional: %(device)s of %(officer)s has not been heard of yet") % named
    day = heard.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")
    if device.is_cut:
        return _("Provisional: %(device)s of %(officer)s still had unsent acts on %(day)s") % {**named, "day": day}
    if n := device.unsent_acts:
        text = ngettext(
            "Provisional: %(device)s of %(officer)s still had %(n)s unsent act on %(day)s",
            "Provisional: %(device)s of %(officer)s still had %(n)s unsent acts on %(day)s",
            n,
        )
        return text % {**named, "day": day, "n": n}
    return _("Provisional: %(device)s of %(officer)s was last heard of on %(day)s") % {**named, "day": day}


def end_of(due_on: date, due_at: datetime | None) -> datetime:
    """The moment at which a limit has passed."""
    return due_at or as_moment(due_on + timedelta(days=1))


class Silence:
    """The devices of whoever held these cases, asked for once. Two SELECTs."""

    def __init__(self, case_ids: Collection[UUID]) -> None:
        self._spans: dict[UUID, list[tuple[UUID, datetime, datetime | None]]] = defaultdict(list)
        held = Grant.objects.filter(subject_id__in=among(case_ids), officer__isnull=False, reason__in=HOLDS)
        rows = list(held.values_list("subject_id", "officer_id", "valid_from", "valid_to"))
        for case_id, officer_id, begins, ends in rows:
            self._spans[case_id].append((officer_id, begins, ends))
        self._devices = _devices_of({officer_id for _, officer_id, _, _ in rows})

    def devices(self, case_id: UUID, started_on: date, until: datetime) -> list[SilentDevice]:
        """Of an officer who held the case while the limit ran: not heard of since it passed, or not rid of its acts."""
        began = as_moment(started_on)
        officers = {
            officer
            for officer, begins, ends in self._spans[case_id]
            if begins < until and (ends is None or ends > began)
        }
        found = (_holding(device, case_id, until) for officer in officers for device in self._devices[officer])
        return sorted((each for each in found if each), key=lambda device: device.id)


def _devices_of(officers: Iterable[UUID]) -> dict[UUID, list[Device]]:
    """A revoked one is not waited for: what it still sends is for two persons to release."""
    devices: dict[UUID, list[Device]] = defaultdict(list)
    rows = Device.objects.filter(officer_id__in=list(officers), revoked_at=None).select_related("officer")
    for device in rows.defer("certificate").annotate(acked_seq=F("log__acked_seq")):
        devices[device.officer_id].append(device)
    return devices


def _holding(device: Any, case_id: UUID, until: datetime) -> SilentDevice | None:
    """With `acked_seq`; None where it holds nothing that could have been in time."""
    heard = device.last_contact_at
    silent = SilentDevice(device.pk, device.name, device.officer.name, heard)
    if device.enrolled_at >= until:
        return None
    if heard is None or heard < until:
        return silent
    status = device.last_status
    unsent = unsent_of(status, device.acked_seq or 0) or []
    of_case = [each for each in unsent if each.may_concern(case_id)]
    if of_case or is_cut(status):
        return replace(silent, unsent_acts=len(of_case), is_cut=is_cut(status))
    return None
