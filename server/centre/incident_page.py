"""The page of an incident: alarms over time, what they may have in common, what to look at first and what to do."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from server.centre.alarms import Group, alarm_list
from server.centre.beats import SLOTS, owes, window_of
from server.centre.desk_filters import Filters
from server.centre.incident import Awaited, Likely, Reach, is_flood, likely_causes
from server.centre.safety_pages import AlarmLine, alarm_look, strip
from server.centre.states import Look
from server.centre.wall_rows import clock
from server.common.clock import local_date
from server.duty.decide import is_mutable
from server.people.access import courts_watched_by
from server.people.models import Device, Officer
from server.safety.access import alarms_visible_to, presences_visible_to
from server.safety.models import Alarm, Presence
from server.sync.models import DeviceView
from server.sync.slots import SLOT, begin_of

PEOPLE = (Alarm.Kind.SOS, Alarm.Kind.CHECK_IN)


@dataclass(frozen=True, slots=True)
class Silent:
    device: Device
    heard_at: datetime
    stay: Presence | None


@dataclass(frozen=True, slots=True)
class Cause:
    likely: Likely
    title: str
    says: str
    advice: str
    silent: list[Silent]


@dataclass(frozen=True, slots=True)
class First:
    """One row of what to look at first."""

    look: Look
    name: str
    count: int
    since: datetime | None
    answered: int | None
    """None of a link: there is nothing to acknowledge."""
    href: str
    advice: str


@dataclass(frozen=True, slots=True)
class Bar:
    """New alarms of ten minutes, as it is drawn."""

    begun: datetime
    count: int
    x: int
    height: int
    is_hot: bool


@dataclass(frozen=True, slots=True)
class Incident:
    causes: list[Cause]
    rows: list[First]
    bars: list[Bar]
    is_flood: bool

    @property
    def total(self) -> int:
        return sum(row.count for row in self.rows)

    @property
    def is_on(self) -> bool:
        return self.is_flood or bool(self.causes)


def incident(reader: Officer, at: datetime) -> Incident:
    lines, stays = strip(reader).lines, _stays(reader)
    heard = _heard(reader, stays, at)
    found = [_cause(each, heard, stays) for each in likely_causes([one for one, _device in heard.values()], at)]
    raised = list(alarms_visible_to(reader).filter(raised_at__gte=window_of(at)[0]).values_list("raised_at", flat=True))
    silent = [each.heard_at for cause in found for each in cause.silent]
    limits = alarm_list(reader, Filters(by="cause"), local_date(at)).groups
    rows = [
        *_people(lines),
        *(_link(place, cause) for place, cause in enumerate(found, 1)),
        *_limits(limits),
        *_orders(lines),
    ]
    return Incident(found, rows, _bars([*raised, *silent], at), is_flood(raised, at))


def incident_title(reader: Officer, at: datetime) -> str:
    """For the desk: what may lie behind it, while anything does."""
    found = likely_causes([one for one, _device in _heard(reader, _stays(reader), at).values()], at)
    if found:
        return _(", ").join(_title(each) for each in found)
    raised = alarms_visible_to(reader).filter(raised_at__gte=at - SLOT).values_list("raised_at", flat=True)
    return _("More alarms than one person can answer") if is_flood(raised, at) else ""


def _stays(reader: Officer) -> dict[UUID, Presence]:
    """By device."""
    return {row.device_id: row for row in presences_visible_to(reader).filter(ended_at=None)}


def _heard(reader: Officer, stays: dict[UUID, Presence], at: datetime) -> dict[UUID, tuple[Awaited, Device]]:
    """Devices from which something is due, with when they were last heard of, by a pull too. Two SELECTs."""
    known = Device.objects.filter(court__in=courts_watched_by(reader), revoked_at=None, last_contact_at__isnull=False)
    devices = [
        row
        for row in known.select_related("court", "officer").defer("certificate", "public_key")
        if row.pk in stays or owes(row)
    ]
    slots = dict(DeviceView.objects.filter(device__in=devices).values_list("device_id", "heard_slots"))
    return {row.pk: (_awaited(row, slots.get(row.pk, [])), row) for row in devices}


def _awaited(device: Device, slots: Sequence[int]) -> Awaited:
    said = device.last_status
    program = " ".join(str(said[name]) for name in ("app", "sdk") if said.get(name))
    heard = [device.last_contact_at, *(begin_of(slot) for slot in slots[-1:])]
    return Awaited(device.pk, device.court.name, program, max(filter(None, heard)))


def _cause(likely: Likely, heard: dict[UUID, tuple[Awaited, Device]], stays: dict[UUID, Presence]) -> Cause:
    rows = [Silent(heard[pk][1], heard[pk][0].heard_at, stays.get(pk)) for pk in likely.devices]
    rows.sort(key=lambda each: (each.stay is None, each.heard_at, str(each.device.pk)))
    return Cause(likely, _title(likely), _says(likely), _advice(likely), rows)


def _title(likely: Likely) -> str:
    return {
        Reach.SERVER: _("Likely cause: this server, or its own line"),
        Reach.COURT: _("Likely cause: the uplink of %(name)s"),
        Reach.PROGRAM: _("Likely cause: devices with %(name)s"),
    }[likely.reach] % {"name": likely.name}


def _says(likely: Likely) -> str:
    figures = {"silent": len(likely.devices), "of": likely.reached}
    spans = {"begun": clock(likely.begun), "ended": clock(likely.ended)}
    text = _("%(silent)d of %(of)d devices that owe us something were last heard of from %(begun)s to %(ended)s.")
    others = {"silent": likely.others_silent, "of": likely.others}
    elsewhere = _("Elsewhere %(silent)d of %(of)d are silent.") % others if likely.others else ""
    return f"{text % {**figures, **spans}} {elsewhere}".strip()


def _advice(likely: Likely) -> str:
    common = _("Telephone those on site first: no data is not overdue, nor is it well. Devices go on recording.")
    own = {
        Reach.SERVER: _("Look at the server and its line."),
        Reach.COURT: _("Ask that court's network room."),
        Reach.PROGRAM: _("Ask whoever looks after the devices whether they were updated."),
    }[likely.reach]
    return f"{common} {own}"


def _people(lines: Sequence[AlarmLine]) -> Iterable[First]:
    advice = {
        Alarm.Kind.SOS: _("Acknowledge, telephone, send the nearest team and the police."),
        Alarm.Kind.CHECK_IN: _("Telephone him, then his team; send somebody where nobody answers."),
    }
    return [row for kind in PEOPLE if (row := _alarms(kind, lines, advice[kind]))]


def _orders(lines: Sequence[AlarmLine]) -> Iterable[First]:
    row = _alarms(Alarm.Kind.ORDER, lines, _("Telephone the team, or give it to another."))
    return [row] if row else []


def _alarms(kind: Alarm.Kind, lines: Sequence[AlarmLine], advice: str) -> First | None:
    found = [line for line in lines if line.alarm.kind == kind]
    if not found:
        return None
    look, since = alarm_look(kind), min(line.since for line in found)
    answered = sum(not line.alarm.is_waiting for line in found)
    href = f"/centre/safety/{found[0].address}" if len(found) == 1 else "/centre/safety"
    return First(look, str(look.text), len(found), since, answered, href, advice)


def _link(place: int, cause: Cause) -> First:
    look = Look("offline", "red", _("Silent"))
    since, href = cause.likely.begun, f"#cause-{place}"
    return First(look, cause.title, len(cause.silent), since, None, href, cause.advice)


def _limits(groups: Sequence[Group]) -> list[First]:
    """Rights that lapse and people in custody before other limits; the rest as the list has them."""
    ordered = sorted(groups, key=lambda group: is_mutable(group.cause))
    return [
        First(
            group.look,
            group.name,
            group.total,
            min((row.since for row in group.rows if row.since), default=None),
            group.total - group.waiting,
            f"/centre/?by=cause&level={group.level}&cause={group.cause}",
            _("It lapses, or somebody is held: now, by whoever is there.") if not is_mutable(group.cause) else "",
        )
        for group in ordered
    ]


def _bars(moments: Sequence[datetime], at: datetime) -> list[Bar]:
    """Of each ten minutes of the last four hours; the highest is 78 high."""
    counts = [sum(begun <= moment < begun + SLOT for moment in moments) for begun in window_of(at)]
    most = max([*counts, 1])
    return [
        Bar(begun, count, 30 + place * 660 // SLOTS, 78 * count // most, count >= max(3, most // 2))
        for place, (begun, count) in enumerate(zip(window_of(at), counts, strict=True))
    ]
