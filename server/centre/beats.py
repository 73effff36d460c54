"""Heartbeats: in which ten minutes of the last four hours something came from the devices of a unit, and how fresh.

Read from what devices leave behind when they speak: operations, delivered files, pulls, their last contact. Nothing
heard is silence only where something was owed; else there is no data, which is not the same as fine.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import chain
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from server.common.clock import SHANGHAI
from server.evidence.models import Promise
from server.field.models import ActionRecord
from server.ledger.models import ServerLife
from server.people.access import current_at
from server.people.models import Court, Device, GroupMember
from server.sync.models import DeviceView, Operation
from server.sync.slots import SLOT, begin_of

SLOTS = 24
SLOW_AFTER = timedelta(minutes=30)
"""What came had waited that long on its device."""
OK, SLOW, DOWN, MAINTENANCE, NIL = "ok", "slow", "down", "mnt", "nil"


@dataclass(slots=True)
class Heard:
    """Of one unit, a court or a team."""

    name: str
    devices: list[Device] = field(default_factory=list)
    at: list[datetime] = field(default_factory=list)
    """Moments at which something came, within the window."""
    slow_at: list[datetime] = field(default_factory=list)

    @property
    def last_at(self) -> datetime | None:
        contacts = [device.last_contact_at for device in self.devices if device.last_contact_at]
        return max([*self.at, *contacts], default=None)


@dataclass(frozen=True, slots=True)
class Beat:
    state: str
    x: int
    y: int
    width: int
    height: int

    @property
    def second(self) -> int:
        """Where the other of the two bars of maintenance stands."""
        return self.x + 6


@dataclass(frozen=True, slots=True)
class Unit:
    name: str
    devices: int
    heard: int
    """Devices heard of within the window."""
    last_at: datetime | None
    states: Sequence[str]

    @property
    def is_silent(self) -> bool:
        """Nothing for an hour, though something was owed."""
        return self.states[-6:].count(DOWN) == 6

    @property
    def beats(self) -> list[Beat]:
        return [_beat(state, 12 * place) for place, state in enumerate(self.states)]

    @property
    def text(self) -> str:
        """The bar in words, for those who do not see it."""
        names = {OK: _("heard"), SLOW: _("slow"), DOWN: _("silent"), MAINTENANCE: _("maintenance"), NIL: _("no data")}
        counted = (f"{names[state]} {self.states.count(state)}" for state in names if state in self.states)
        return _("%(name)s: %(states)s") % {"name": self.name, "states": _(", ").join(counted)}


SHAPES = {OK: (1, 2, 9, 16), SLOW: (1, 8, 9, 10), DOWN: (1, 14, 9, 4), MAINTENANCE: (1, 2, 3, 16), NIL: (1, 2, 8, 15)}
"""Left, top, width and height within a slot of 12 by 20: a state is known by its shape."""


def _beat(state: str, left: int) -> Beat:
    x, y, width, height = SHAPES[state]
    return Beat(state, left + x, y, width, height)


def window_of(moment: datetime) -> list[datetime]:
    """Begin of each slot, the last being the one that runs."""
    local = moment.astimezone(SHANGHAI)
    running = local.replace(minute=local.minute // 10 * 10, second=0, microsecond=0)
    return [running - SLOT * before for before in range(SLOTS - 1, -1, -1)]


def states_of(heard: Heard, starts: Sequence[datetime], restored: Iterable[datetime] = ()) -> list[str]:
    """Pure. One state for each slot."""
    restored = list(restored)
    contacts = [device.last_contact_at for device in heard.devices if device.last_contact_at]
    owing = [device.last_contact_at for device in heard.devices if owes(device) and device.last_contact_at]
    return [
        _state(
            is_restored=any(start <= at < start + SLOT for at in restored),
            is_heard=any(start <= at < start + SLOT for at in (*heard.at, *contacts)),
            is_slow=any(start <= at < start + SLOT for at in heard.slow_at),
            is_owed=any(at < start for at in owing),
        )
        for start in starts
    ]


def _state(*, is_restored: bool, is_heard: bool, is_slow: bool, is_owed: bool) -> str:
    if is_restored:
        return MAINTENANCE
    if is_heard:
        return SLOW if is_slow else OK
    return DOWN if is_owed else NIL


def owes(device: Device) -> bool:
    """It said itself that it still held something for us."""
    return bool(device.last_status.get("unsent") or device.last_status.get("pending_bytes"))


def units_on_wall(courts: Collection[Court], moment: datetime) -> list[Unit]:
    """One for each court; where there is but one court, one for each of its teams. Eight SELECTs at most."""
    starts = window_of(moment)
    devices = list(Device.objects.filter(court__in=courts, revoked_at=None).defer("certificate", "public_key"))
    names = units_of(devices, courts, moment)
    heard: dict[str, Heard] = {name: Heard(name) for name in dict.fromkeys([*_expected(courts), *names.values()])}
    for device in devices:
        heard[names[device.pk]].devices.append(device)
    _listen(heard, names, starts[0])
    restored = list(
        ServerLife.objects.filter(started_at__gte=starts[0])
        .exclude(reason="installed")
        .values_list("started_at", flat=True)
    )
    return [_unit(each, starts, restored) for each in heard.values()]


def units_of(devices: Sequence[Device], courts: Collection[Court], moment: datetime) -> dict[UUID, str]:
    """The name of each device's unit: its court where several are shown, else its team. One SELECT at most."""
    return _court_names(courts, devices) if len(courts) > 1 else _team_names(devices, moment)


def _unit(heard: Heard, starts: Sequence[datetime], restored: Sequence[datetime]) -> Unit:
    recent = [each for each in heard.devices if each.last_contact_at and each.last_contact_at >= starts[0]]
    states = states_of(heard, starts, restored)
    return Unit(heard.name, len(heard.devices), len(recent), heard.last_at, states)


def _listen(heard: Mapping[str, Heard], names: Mapping[UUID, str], since: datetime) -> None:
    ids = list(names)
    came: list[Iterable[tuple[UUID, datetime | None]]] = [
        Operation.objects.filter(device__in=ids, received_at__gte=since).values_list("device_id", "received_at"),
        Promise.objects.filter(device__in=ids, verified_at__gte=since).values_list("device_id", "verified_at"),
    ]
    for device_id, at in chain.from_iterable(came):
        if at:
            heard[names[device_id]].at.append(at)
    for device_id, slots in DeviceView.objects.filter(device__in=ids).values_list("device_id", "heard_slots"):
        heard[names[device_id]].at += [begun for slot in slots if (begun := begin_of(slot)) >= since]
    late = ActionRecord.objects.filter(device__in=ids, action__received_at__gte=since)
    for device_id, done, arrived in late.values_list("device_id", "recorded_at", "action__received_at"):
        if arrived - done > SLOW_AFTER:
            heard[names[device_id]].slow_at.append(arrived)


def short_name(court: Court) -> str:
    """As people say it, and as it fits a wall."""
    return court.name.replace("中级人民法院", "中院").removesuffix("人民法院")


def _expected(courts: Collection[Court]) -> list[str]:
    """A court without a device has no data, and is not left out for that."""
    return [short_name(court) for court in courts] if len(courts) > 1 else []


def _court_names(courts: Collection[Court], devices: Iterable[Device]) -> dict[UUID, str]:
    names: dict[Any, str] = {court.pk: short_name(court) for court in courts}
    return {device.pk: names.get(device.court_id, "") for device in devices}


def _team_names(devices: Sequence[Device], moment: datetime) -> dict[UUID, str]:
    held = GroupMember.objects.filter(current_at(moment), officer__in={device.officer_id for device in devices})
    teams: dict[UUID, str] = defaultdict(lambda: _("Others"))
    for member in held.select_related("group__team").order_by("pk"):
        teams[member.officer_id] = str(member.group.team or member.group)
    return {device.pk: teams[device.officer_id] for device in devices}
