"""What protects people and property and runs out, counted on the device from the act itself. Pure.

民诉法解释482: 8 hours of questioning, 24 where detention may follow; 民诉法118: a detention ends at its hour;
查扣冻规定27: a seal not renewed lapses. None of it rolls to a working day, none pauses, and none waits for the court to
hear of the act.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NamedTuple

from client_sdk import messages
from client_sdk.clock import SHANGHAI, from_wire
from client_sdk.day_views import Alarm
from client_sdk.views import Action

HOURS, DAY = timedelta(hours=1), timedelta(days=1)
COMPEL_RINGS = {
    "compel_6_hours": 6 * HOURS,
    "compel_7_hours_30": 7.5 * HOURS,
    "compel_22_hours": 22 * HOURS,
}
DETENTION_RINGS = {
    "detention_ends_24_hours": 24 * HOURS,
    "detention_ends_2_hours": 2 * HOURS,
    "detention_ends": 0 * HOURS,
}
CONTROL_RINGS = {
    "control_expires_30_days": 30 * DAY,
    "control_expires_7_days": 7 * DAY,
    "control_expires_1_day": DAY,
    "control_expires": 0 * DAY,
}
CHECK_IN_RINGS = {"check_in_soon": HOURS / 12, "check_in_due": 0 * HOURS}
LONGEST_DETENTION_DAYS = 15
MORNING = time(9)
"""In China: when what ends with a day is rung for."""
STILL_SHOWN = 7 * DAY
"""After it rang, where the clock is certain."""
COUNTING = ("unsent", "sent", "applied")
STAYS = ("check_in", "check_out")
KINDS = ("COMPEL", "DETAIN", "SEAL", "SEIZE", "FREEZE_COUNTER", *STAYS)
_ASKED = (
    *("result", "started_at", "finished_at", "arrived_at", "released_at", "detained_at", "term_days", "ends_on"),
    *("early_release_on", "expires_on", "priority_order", "measure", "is_renewal", "renews", "interval_minutes"),
)


@dataclass(frozen=True)
class Clocks:
    """What this device's clocks say now, and what time it is at the court, where that can be told within this boot."""

    wall: datetime
    boot_ms: int
    boot_id: str
    court_time: datetime | None = None
    not_before: datetime | None = None
    """It is no earlier than this: the court's own time in its last signed answer."""


class Recorded(NamedTuple):
    """One record of an act, and what `alarm_facts` kept of it."""

    action: Action
    facts: Mapping[str, Any]


def alarm_facts(members: Mapping[str, Any]) -> dict[str, Any]:
    """Of an operation's body what alarms are counted from; nothing for a kind that has none."""
    if members["kind"] not in KINDS:
        return {}
    fields = members.get("fields") or {}
    kept = {name: fields[name] for name in _ASKED if isinstance(fields.get(name), str | int)}
    return {"fields": kept, "boot_ms": members.get("boot_ms"), "boot_id": members.get("boot_id")}


def alarms_of(records: Sequence[Recorded], clocks: Clocks) -> list[Alarm]:
    """Of all acts, the next to ring first; of what has rung already the last of each act, for a week."""
    acts: dict[str, list[Recorded]] = {}
    for record in _with_last_stay(records):
        acts.setdefault(record.action.id, []).append(record)
    renewed = {named for act in acts.values() if (named := _renewed(act))}
    standing = (act for action_id, act in acts.items() if action_id not in renewed)
    return sorted((alarm for act in standing for alarm in _of_act(act, clocks)), key=lambda each: each.in_seconds)


def _with_last_stay(records: Sequence[Recorded]) -> Iterator[Recorded]:
    """Of check-ins the last alone, and none once he has checked out."""
    stays = [record for record in records if record.action.kind in STAYS]
    yield from (record for record in records if record.action.kind not in STAYS)
    yield from (last for last in stays[-1:] if last.action.kind == STAYS[0])


def next_of_each(alarms: Sequence[Alarm]) -> list[Alarm]:
    """One for each act: what rings now, else what rings next."""
    first: dict[str, Alarm] = {}
    for alarm in alarms:
        first.setdefault(alarm.action_id, alarm)
    return list(first.values())


def _renewed(records: Sequence[Recorded]) -> str:
    """The act whose seal or freeze this one renewed: named, done, with nothing missing and in nobody's doubt (R109)."""
    action, fields = records[0].action, _said(records)
    is_renewal = fields.get("is_renewal") is True or fields.get("measure") == "RENEW"
    if not is_renewal or fields.get("result") not in ("DONE", "PARTIAL") or _day(fields, "expires_on") is None:
        return ""
    if action.missing or action.status not in COUNTING:
        return ""
    return str(fields.get("renews") or "").removeprefix("measure:")


def _said(records: Sequence[Recorded]) -> dict[str, Any]:
    """What the first record says stands; a later one adds what was not said, such as a release."""
    fields: dict[str, Any] = {}
    for record in reversed(records):
        fields.update(record.facts.get("fields") or {})
    return fields


def _of_act(records: Sequence[Recorded], clocks: Clocks) -> list[Alarm]:
    first, fields = records[0], _said(records)
    if fields.get("result") in ("FAILED", "NOT_FOUND"):
        return []
    now, is_certain = _now_for(first, clocks)
    began_at, rings = _rings(first.action, fields)
    alarms = [_alarm(first.action, code, began_at, at - now, is_certain, clocks) for code, at in rings]
    # By a clock that may be wrong nothing is called over.
    shown = [alarm for alarm in alarms if not is_certain or alarm.in_seconds > -STILL_SHOWN.total_seconds()]
    rung = [alarm for alarm in shown if alarm.is_ringing]
    return rung[-1:] + [alarm for alarm in shown if not alarm.is_ringing]


def _now_for(record: Recorded, clocks: Clocks) -> tuple[datetime, bool]:
    """What time it is by the clock that the act was recorded by: within one boot whatever the wall clock says since."""
    boot_ms = record.facts.get("boot_ms")
    if record.facts.get("boot_id") == clocks.boot_id and isinstance(boot_ms, int):
        return record.action.recorded_at + timedelta(milliseconds=clocks.boot_ms - boot_ms), True
    if clocks.court_time is not None:
        return clocks.court_time, True
    floor = max(record.action.recorded_at, clocks.not_before or record.action.recorded_at)
    return max(clocks.wall, floor), False


def _rings(action: Action, fields: Mapping[str, Any]) -> tuple[datetime, list[tuple[str, datetime]]]:
    """When it began, and each code with its moment, in order; none once it has ended."""
    match action.kind:
        case "COMPEL":
            began_at = _began(action, fields, "arrived_at")
            ended = _moment(fields, "released_at") is not None
            return began_at, [] if ended else [(code, began_at + after) for code, after in COMPEL_RINGS.items()]
        case "DETAIN":
            began_at = _began(action, fields, "detained_at")
            ended, ends_at = _day(fields, "early_release_on") is not None, _detention_ends(began_at, fields)
            return began_at, [] if ended else [(code, ends_at - before) for code, before in DETENTION_RINGS.items()]
        case "check_in":
            minutes = fields.get("interval_minutes")
            due_at = action.recorded_at + timedelta(minutes=minutes if isinstance(minutes, int) else 60)
            return action.recorded_at, [(code, due_at - before) for code, before in CHECK_IN_RINGS.items()]
        case _:
            began_at = _began(action, fields, "finished_at")
            return began_at, list(_control_rings(fields))


def _control_rings(fields: Mapping[str, Any]) -> Iterator[tuple[str, datetime]]:
    expires_on = _day(fields, "expires_on")
    if expires_on is None or fields.get("priority_order") == "WAITING":
        return
    for code, before in CONTROL_RINGS.items():
        yield code, datetime.combine(expires_on - before, MORNING, SHANGHAI).astimezone(UTC)


def _detention_ends(began_at: datetime, fields: Mapping[str, Any]) -> datetime:
    """At the hour at which it began, on the day of its term or the one stated, whichever comes first."""
    term = fields.get("term_days")
    is_term = isinstance(term, int) and 1 <= term <= LONGEST_DETENTION_DAYS
    by_term = began_at + (term if is_term and isinstance(term, int) else LONGEST_DETENTION_DAYS) * DAY
    ends_on = _day(fields, "ends_on")
    if ends_on is None:
        return by_term
    stated = datetime.combine(ends_on, began_at.astimezone(SHANGHAI).time(), SHANGHAI).astimezone(UTC)
    return min(by_term, stated) if stated > began_at else by_term


def _began(action: Action, fields: Mapping[str, Any], name: str) -> datetime:
    """As stated, but no later than it was recorded: what is already happening has begun."""
    stated = (_moment(fields, each) for each in (name, "started_at"))
    return min(next((each for each in stated if each), action.recorded_at), action.recorded_at)


def _moment(fields: Mapping[str, Any], name: str) -> datetime | None:
    try:
        return from_wire(str(fields[name])) if name in fields else None
    except ValueError:
        return None


def _day(fields: Mapping[str, Any], name: str) -> date | None:
    try:
        day = date.fromisoformat(str(fields[name])) if name in fields else None
        return day if day and 2 <= day.year < 9999 else None
    except ValueError:
        return None


def _alarm(action: Action, code: str, began_at: datetime, ahead: timedelta, is_certain: bool, clocks: Clocks) -> Alarm:
    return Alarm(
        code=code,
        action_id=action.id,
        kind=action.kind,
        case_ids=action.case_ids,
        case_no=action.case_no,
        counted_from=began_at,
        rings_at=clocks.wall + ahead,
        in_seconds=ahead.total_seconds(),
        is_certain=is_certain,
        text=messages.text(f"alarm_{code}"),
    )
