"""Devices that may still hold an unsent act: while there is one, a breach is provisional."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from server.cases.counting import as_moment
from server.cases.models import Grant
from server.common.bulk import among
from server.common.clock import SHANGHAI, to_wire
from server.people.models import Device
from server.supervision.circle import HOLDS


@dataclass(frozen=True, slots=True)
class SilentDevice:
    id: UUID
    name: str
    officer: str
    last_contact_at: datetime | None

    def as_json(self) -> dict[str, Any]:
        heard = to_wire(self.last_contact_at) if self.last_contact_at else None
        return {"device": str(self.id), "name": self.name, "officer": self.officer, "last_contact_at": heard}


def silent_words(device: SilentDevice) -> str:
    """In the language of the reader."""
    named = {"device": device.name or device.id, "officer": device.officer}
    heard = device.last_contact_at
    if heard is None:
        return _("Provisional: %(device)s of %(officer)s has not been heard of yet") % named
    day = heard.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")
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
        """Not heard of since the limit passed, and of an officer who held the case while it ran."""
        began = as_moment(started_on)
        officers = {
            officer
            for officer, begins, ends in self._spans[case_id]
            if begins < until and (ends is None or ends > began)
        }
        found = (device for officer in officers for device in self._devices[officer] if _may_hold(device, until))
        return [
            SilentDevice(device.pk, device.name, device.officer.name, device.last_contact_at)
            for device in sorted(found, key=lambda device: device.pk)
        ]


def _devices_of(officers: Iterable[UUID]) -> dict[UUID, list[Device]]:
    """A revoked one is not waited for: what it still sends is for two persons to release."""
    devices: dict[UUID, list[Device]] = defaultdict(list)
    rows = Device.objects.filter(officer_id__in=list(officers), revoked_at=None).select_related("officer")
    for device in rows.defer("last_status", "certificate"):
        devices[device.officer_id].append(device)
    return devices


def _may_hold(device: Device, until: datetime) -> bool:
    heard = device.last_contact_at
    return device.enrolled_at < until and (heard is None or heard < until)
