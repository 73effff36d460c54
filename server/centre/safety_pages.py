"""What the pages of safety show, with how each state looks. Silence says what is known, and never that all is well."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.utils.translation import gettext as _

from server.centre.states import Look
from server.common.clock import now
from server.people.access import courts_watched_by
from server.people.models import GroupMember, Officer
from server.safety.access import (
    alarms_visible_to,
    can_command,
    orders_visible_to,
    presences_visible_to,
)
from server.safety.models import Alarm, Order, Presence
from server.safety.queries import (
    OnSite,
    last_contact_of,
    on_site,
    open_orders,
    ordered,
    silent_unalarmed,
)

BEAT_COMES_WITHIN = timedelta(seconds=5)
"""So long after somebody's time has passed a page looks whether the beat has told of it."""
_ALARMS = {
    Alarm.Kind.SOS: ("sos", "crimson"),
    Alarm.Kind.CHECK_IN: ("silent", "red"),
    Alarm.Kind.ORDER: ("warn", "orange"),
}
_WATCHES = {
    Presence.Watch.ON_TIME: ("onsite", "green"),
    Presence.Watch.DUE_SOON: ("checkin", "yellow"),
    Presence.Watch.OVERDUE: ("silent", "red"),
    Presence.Watch.ESCALATED: ("silent", "crimson"),
}
_ORDERS = {
    Order.State.GIVEN: ("pending", "orange"),
    Order.State.ACCEPTED: ("active", "blue"),
    Order.State.ARRIVED: ("onsite", "green"),
    Order.State.DONE: ("done", "green"),
    Order.State.DECLINED: ("quarantine", "red"),
    Order.State.WITHDRAWN: ("superseded", "grey"),
}


@dataclass(frozen=True, slots=True)
class AlarmLine:
    alarm: Alarm
    """One that is not kept is of somebody silent to whom the beat has not come, or while it stands still."""
    look: Look
    who: str
    says: tuple[str, ...]
    may_answer: bool

    @property
    def is_raised(self) -> bool:
        return not self.alarm._state.adding

    @property
    def id(self) -> UUID:
        """Of silence the stay's: it is read out once, before it is raised or after."""
        return self.alarm.presence_id or self.alarm.pk

    @property
    def address(self) -> str:
        """Where it is answered."""
        return f"alarms/{self.alarm.pk}" if self.is_raised else f"presences/{self.alarm.presence_id}"

    @property
    def blinks(self) -> bool:
        """Once a second, until somebody has answered; never for an order."""
        return self.tone == "critical"

    @property
    def tone(self) -> str:
        """How it sounds, of one nobody has answered."""
        if not self.alarm.is_waiting:
            return ""
        return "warning" if self.alarm.kind == Alarm.Kind.ORDER else "critical"

    @property
    def where(self) -> str:
        return self.alarm.presence.place if self.alarm.presence else ""

    @property
    def since(self) -> datetime:
        return self.alarm.due_at or self.alarm.raised_at

    @property
    def words(self) -> str:
        """As it is read out, once."""
        return " · ".join(filter(None, (str(self.look.text), self.who, self.where)))


@dataclass(frozen=True, slots=True)
class Cell:
    """Of the strip of counters."""

    look: Look
    count: int
    is_waiting: bool = False
    """Of people: nobody has answered one of them."""


@dataclass(frozen=True, slots=True)
class Strip:
    lines: Sequence[AlarmLine] = ()
    cells: Sequence[Cell] = ()
    turns_at: datetime | None = None
    """When the next of those on site may have fallen silent."""


@dataclass(frozen=True, slots=True)
class StayLine:
    each: OnSite
    look: Look
    heard: str


@dataclass(frozen=True, slots=True)
class GroupChoice:
    id: str
    name: str
    says: str


def alarm_look(kind: str) -> Look:
    glyph, hue = _ALARMS[Alarm.Kind(kind)]
    return Look(glyph, hue, str(Alarm.Kind(kind).label))


def alarm_line(alarm: Alarm, *, may_answer: bool = False) -> AlarmLine:
    return AlarmLine(alarm, alarm_look(alarm.kind), _who(alarm), _says(alarm), may_answer)


def _who(alarm: Alarm) -> str:
    if alarm.officer:
        return alarm.officer.name
    return f"{alarm.order.group.name} · {alarm.order.place}" if alarm.order else ""


def _says(alarm: Alarm) -> tuple[str, ...]:
    said = []
    if alarm.is_of_revoked:
        said.append(_("From a revoked device: its officer, or whoever has it"))
    if alarm.withdrawn_at:
        said.append(_("Taken back; make sure that he was free to"))
    if alarm.escalated_at:
        said.append(_("Leaders told"))
    if alarm.is_waiting:
        said.append(_("Not acknowledged"))
    return tuple(said)


def standing(reader: Officer) -> list[AlarmLine]:
    """What asks for an answer, people first: for the desk, its strip and the page of safety.

    Of the courts he watches, and his own. One SELECT but for his rights.
    """
    own = reader.court_id if can_command(reader, reader.court_id) else None
    alarms = ordered(alarms_visible_to(reader).filter(ended_at=None))
    return [alarm_line(alarm, may_answer=alarm.court_id == own) for alarm in alarms]


def strip(reader: Officer) -> Strip:
    """Over the desk; nothing for whoever sees nobody's alarms but his own."""
    if not courts_watched_by(reader):
        return Strip()
    at, there = now(), list(presences_visible_to(reader).filter(ended_at=None).select_related("officer"))
    lines = _with_silent(standing(reader), there, reader, at)
    coming = min((stay.due_at for stay in there if stay.due_at > at), default=None)
    return Strip(lines, _cells(lines, there), coming and coming + BEAT_COMES_WITHIN)


def _with_silent(
    lines: Sequence[AlarmLine], there: Sequence[Presence], reader: Officer, at: datetime
) -> list[AlarmLine]:
    """With who is silent though no alarm says so, after the calls for help."""
    silent = silent_unalarmed(there, [line.alarm for line in lines], at)
    more = [alarm_line(_unraised(stay), may_answer=can_command(reader, stay.court_id)) for stay in silent]
    calls = [line for line in lines if line.alarm.kind == Alarm.Kind.SOS]
    return [*calls, *more, *lines[len(calls) :]]


def _unraised(stay: Presence) -> Alarm:
    times = {"due_at": stay.due_at, "raised_at": stay.due_at, "asks_since": stay.due_at}
    return Alarm(court_id=stay.court_id, kind=Alarm.Kind.CHECK_IN, officer=stay.officer, presence=stay, **times)


def _cells(lines: Sequence[AlarmLine], there: Sequence[Presence]) -> list[Cell]:
    """Calls for help, who is silent, orders without an answer where there are any; who is on site."""
    cells = []
    for kind in _ALARMS:
        found = [line for line in lines if line.alarm.kind == kind]
        if found or kind is not Alarm.Kind.ORDER:
            cells.append(Cell(alarm_look(kind), len(found), any(line.blinks for line in found)))
    return [*cells, Cell(Look("onsite", "green", _("On site")), len(there))]


def stays(reader: Officer) -> list[StayLine]:
    return [stay_line(each) for each in on_site(presences_visible_to(reader))]


def stay_line(each: OnSite) -> StayLine:
    watch = each.watch(now())
    glyph, hue = _WATCHES[watch]
    return StayLine(each, Look(glyph, hue, str(watch.label)), _heard(each, watch))


def _heard(each: OnSite, watch: Presence.Watch) -> str:
    """A device may be silent because there is no net, or speak while its officer cannot."""
    if not each.device_heard_at:
        return _("No device of his has been heard of")
    if each.presence.due_at > each.presence.last_said_at and each.is_heard_since_due:
        return _("The device has a net; he has not checked in")
    if watch in (Presence.Watch.OVERDUE, Presence.Watch.ESCALATED):
        return _("No data since: he may be without a net, or in need")
    return ""


def order_look(order: Order) -> Look:
    glyph, hue = _ORDERS[Order.State(order.state)]
    return Look(glyph, hue, order.get_state_display())


def order_lines(orders: Iterable[Order]) -> list[tuple[Order, Look]]:
    return [(order, order_look(order)) for order in orders]


def open_order_lines(reader: Officer) -> list[tuple[Order, Look]]:
    return order_lines(open_orders(orders_visible_to(reader)))


def tiles(alarms: Sequence[AlarmLine], there: Sequence[StayLine], orders: int) -> list[tuple[Look, int]]:
    """Counters, people first; a zero turns grey on the page."""
    calls = sum(line.alarm.kind == Alarm.Kind.SOS for line in alarms)
    silent = sum(line.look.glyph == "silent" for line in there)
    due = sum(line.look.glyph == "checkin" for line in there)
    return [
        (Look("sos", "crimson", Alarm.Kind.SOS.label), calls),
        (Look("silent", "red", Alarm.Kind.CHECK_IN.label), silent),
        (Look("checkin", "yellow", Presence.Watch.DUE_SOON.label), due),
        (Look("onsite", "green", _("On site")), len(there)),
        (Look("active", "blue", _("Open orders")), orders),
    ]


def groups_to_send(reader: Officer, at: datetime) -> list[GroupChoice]:
    """Of his court: who stands in each, who is on site and where, and when they were last heard of."""
    if not can_command(reader, reader.court_id):
        return []
    rows = GroupMember.objects.filter(valid_from__lte=at, group__court_id=reader.court_id).select_related(
        "group", "officer"
    )
    members = [row for row in rows.order_by("group__name", "pk") if row.valid_to is None or row.valid_to > at]
    officers = {row.officer_id for row in members}
    there = {
        each.presence.officer_id: each.presence for each in on_site(Presence.objects.filter(officer_id__in=officers))
    }
    heard = last_contact_of(officers)
    by_group: dict[str, list[GroupMember]] = {}
    for row in members:
        by_group.setdefault(str(row.group_id), []).append(row)
    return [GroupChoice(pk, rows[0].group.name, _group_says(rows, there, heard, at)) for pk, rows in by_group.items()]


def _group_says(rows: list[GroupMember], there: dict, heard: dict, at: datetime) -> str:  # type: ignore[type-arg]
    said = []
    for row in rows:
        presence, last = there.get(row.officer_id), heard.get(row.officer_id)
        where = (presence.place or _("On site")) if presence else _("Not on site")
        minutes = (
            _("heard %(minutes)s min ago") % {"minutes": int((at - last).total_seconds() // 60)}
            if last
            else _("not heard of")
        )
        said.append(f"{row.officer.name} {where} {minutes}")
    return "; ".join(said)
