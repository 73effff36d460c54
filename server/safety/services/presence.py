"""Check-ins and check-outs as they arrive, in time or late. What was alarmed stays alarmed; what came late says so."""

from datetime import datetime, timedelta
from uuid import UUID

from server.cases.models import Grant
from server.common.clock import now, to_wire
from server.ledger.services import Draft
from server.people.models import Officer
from server.safety.live import presence_view, told
from server.safety.models import Alarm, CheckIn, Presence
from server.safety.said import LONGEST_PLACE, Said
from server.safety.services.alarms import end_alarm
from server.safety.services.brief import write_briefs
from server.safety.services.holding import hold_officer, standing_alarm
from server.safety.timers import USUAL_INTERVAL, Watch, interval_of, next_turn, watch_at

BEGAN, CHECKED_IN, LATE, ENDED = "presence_began", "checked_in", "check_in_late", "presence_ended"
"""Kinds of entries."""


def write_check_in(said: Said) -> list[Draft]:
    """On site, or still there and well. Inside the caller's transaction, which appends what is given back."""
    officer = hold_officer(said.operation.reporter.officer_id)
    if _is_known(said):
        return []
    standing = _standing(officer)
    if standing is None:
        return _after_the_end(said, officer) or _begun(said)
    if said.said_at < standing.last_said_at:
        return _noted_late(said, standing)
    return _renewed(said, standing)


def write_check_out(said: Said) -> list[Draft]:
    """He has left the place. One that says so of a stay that is over, or before his last check-in, ends nothing."""
    officer = hold_officer(said.operation.reporter.officer_id)
    if _is_known(said):
        return []
    standing = _standing(officer)
    if standing is None:
        return _after_the_end(said, officer)
    if said.said_at < standing.last_said_at:
        return _noted_late(said, standing)
    alarm = standing_alarm(officer.pk, Alarm.Kind.CHECK_IN)
    _note(said, standing, is_late=alarm is not None)
    _heard(standing, said)
    return end_presence(standing, said.said_at, Presence.End.CHECKED_OUT, came_late=alarm is not None)


def end_presence(
    row: Presence, at: datetime, how: str, *, by: Officer | None = None, why: str = "", came_late: bool = False
) -> list[Draft]:
    """With its alarm; the officer is held."""
    row.ended_at, row.ended_how, row.ended_by, row.ended_why, row.next_turn_at = at, how, by, why, None
    row.save()
    alarm = standing_alarm(row.officer_id, Alarm.Kind.CHECK_IN)
    ended = [end_alarm(alarm, Alarm.End(how), by=by, why=why)] if alarm else []
    write_briefs([row.officer_id])
    facts = {"why": why, "by": str(by.pk) if by else None, "came_late": came_late}
    return [told(row.court_id, ENDED, {"presence": presence_view(row)}, **facts), *ended]


def _is_known(said: Said) -> bool:
    return CheckIn.objects.filter(operation=said.operation.hash).exists()


def _standing(officer: Officer) -> Presence | None:
    return Presence.objects.filter(officer=officer, ended_at=None).first()


def _after_the_end(said: Said, officer: Officer) -> list[Draft]:
    """What he said during a stay that was ended since belongs to that stay, and begins none."""
    last = Presence.objects.filter(officer=officer).order_by("-ended_at").first()
    if last is None or last.ended_at is None or said.said_at > last.ended_at:
        return []
    return _noted_late(said, last)


def _begun(said: Said) -> list[Draft]:
    reporter, at = said.operation.reporter, said.operation.received_at
    interval = interval_of(said.fields.get("interval_minutes")) or USUAL_INTERVAL
    row = Presence(
        court_id=reporter.court_id,
        officer_id=reporter.officer_id,
        device_id=reporter.device_id,
        case_id=_case_of(said),
        interval_minutes=interval // timedelta(minutes=1),
        began_at=said.said_at,
        received_at=at,
        last_said_at=said.said_at,
        last_heard_at=at,
        due_at=said.said_at + interval,
    )
    return _kept(said, row, BEGAN, is_late=False)


def _case_of(said: Said) -> UUID | None:
    """The first that he names and ever held."""
    held = Grant.objects.filter(subject_id__in=said.cases, officer_id=said.operation.reporter.officer_id)
    return held.order_by("pk").values_list("subject_id", flat=True).first() if said.cases else None


def _renewed(said: Said, row: Presence) -> list[Draft]:
    interval = interval_of(said.fields.get("interval_minutes")) or timedelta(minutes=row.interval_minutes)
    row.interval_minutes, row.due_at = interval // timedelta(minutes=1), said.said_at + interval
    alarm = standing_alarm(row.officer_id, Alarm.Kind.CHECK_IN)
    drafts = _kept(said, row, CHECKED_IN, is_late=alarm is not None)
    if alarm and not watch_at(row.due_at, interval, now()).is_silent:
        drafts.append(end_alarm(alarm, Alarm.End.CHECKED_IN))
    return drafts


def _kept(said: Said, row: Presence, kind: str, *, is_late: bool) -> list[Draft]:
    """The beat raises what is due by now: it alone tells of silence, once for each state."""
    interval, at = timedelta(minutes=row.interval_minutes), now()
    watch, told_of = watch_at(row.due_at, interval, at), _told_of(row) if is_late else frozenset()
    if watch.is_silent and watch not in told_of:
        row.next_turn_at = at
        row.watch = row.watch if is_late else Presence.Watch.ON_TIME
    else:
        row.watch, row.next_turn_at = watch.value, next_turn(row.due_at, interval, at)
    row.place = said.words("place", LONGEST_PLACE) or row.place
    _heard(row, said)
    row.save()
    _note(said, row, is_late=is_late)
    write_briefs([row.officer_id])
    return [told(row.court_id, kind, {"presence": presence_view(row), **_late(is_late)}, **_facts(said))]


def _told_of(row: Presence) -> frozenset[str]:
    """What the alarm that stands has told of: whoever was called silent for long was called silent."""
    return frozenset({Watch.OVERDUE, row.watch})


def _heard(row: Presence, said: Said) -> None:
    row.last_said_at, row.last_heard_at = said.said_at, said.operation.received_at
    row.device_id, row.position = said.operation.reporter.device_id, said.position or row.position


def _noted_late(said: Said, row: Presence) -> list[Draft]:
    _note(said, row, is_late=True)
    return [told(row.court_id, LATE, {"presence": presence_view(row), **_late(True)}, **_facts(said))]


def _note(said: Said, row: Presence, *, is_late: bool) -> None:
    CheckIn.objects.create(
        presence=row,
        word=CheckIn.Word.OUT if said.operation.kind == "check_out" else CheckIn.Word.IN,
        said_at=said.said_at,
        received_at=said.operation.received_at,
        is_late=is_late,
        operation=said.operation.hash,
        note=said.words("note"),
    )


def _late(is_late: bool) -> dict[str, bool]:
    """It came when the alarm had been raised, or the stay was over."""
    return {"came_late": True} if is_late else {}


def _facts(said: Said) -> dict[str, str]:
    return {"operation": said.operation.hash, "said_at": to_wire(said.said_at), "note": said.words("note")}
