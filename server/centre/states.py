"""How a state looks: glyph of the sprite, hue, and its word. Never colour alone."""

from dataclasses import dataclass
from datetime import date

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from server.cases.levels import Level


@dataclass(frozen=True, slots=True)
class Look:
    glyph: str
    hue: str
    text: str | Promise


HUES = {
    Level.NORMAL: ("normal", "green"),
    Level.NOTICE: ("notice", "blue"),
    Level.WARN: ("warn", "yellow"),
    Level.DUE: ("due", "orange"),
    Level.OVERDUE: ("overdue", "red"),
    Level.SEVERE: ("severe", "crimson"),
}


def level_name(level: Level) -> str:
    return {
        Level.NORMAL: _("On time"),
        Level.NOTICE: _("Notice"),
        Level.WARN: _("Warning"),
        Level.DUE: _("Due today"),
        Level.OVERDUE: _("Overdue"),
        Level.SEVERE: _("Severe"),
    }[level]


def level_look(level: Level, text: str | None = None) -> Look:
    glyph, hue = HUES[level]
    return Look(glyph, hue, text or level_name(level))


def running_look(level: Level, due_on: date | None, today: date) -> Look:
    """An open node wears its level, with the days written out."""
    if due_on is None:
        return Look("active", "blue", _("In progress"))
    days = (due_on - today).days
    if days < 0:
        return level_look(level, _("%(days)d d over") % {"days": -days})
    if days == 0:
        return level_look(level)
    return level_look(level, _("%(days)d d left") % {"days": days})


def done_look(finished_on: date | None, due_on: date | None) -> Look:
    if finished_on and due_on and finished_on > due_on:
        late = (finished_on - due_on).days
        return Look("donelate", "grey", _("Done %(days)d d late") % {"days": late})
    return Look("done", "green", _("Done"))


def paused_look() -> Look:
    return Look("active", "grey", _("Clock stands still"))


def ended_look() -> Look:
    """Of a node that was open when its case was closed."""
    return Look("superseded", "grey", _("Ended with the case"))


def pending_look() -> Look:
    return Look("pending", "grey", _("Not started"))


def work_look(state: str, name: str, due_on: date, today: date) -> Look:
    """Of a handover or a task."""
    if state in ("ACCEPTED", "DONE"):
        return Look("done", "green", name)
    if state in ("REJECTED", "RETURNED", "WITHDRAWN"):
        return Look("superseded", "grey", name)
    if today > due_on:
        return level_look(Level.OVERDUE, _("%(days)d d over") % {"days": (today - due_on).days})
    return Look("active", "blue", name)


def finding_look(state: str, name: str) -> Look:
    """Of a limit that passed."""
    glyph, hue = {"open": ("overdue", "red"), "explained": ("parked", "violet"), "concluded": ("done", "green")}.get(
        state, ("superseded", "grey")
    )
    return Look(glyph, hue, name)


def urge_look(state: str, name: str, reply_due_on: date, today: date) -> Look:
    """Settled by what happened, or as a task."""
    ends = {"answered": "DONE", "settled": "WITHDRAWN"}
    return work_look(ends.get(state, "OPEN"), name, reply_due_on, today)


def approval_look(state: str, *, is_overdue: bool) -> Look:
    if state == "APPROVED":
        return Look("done", "green", _("Approved"))
    if state == "REFUSED":
        return Look("superseded", "grey", _("Not approved"))
    return Look("overdue", "red", _("Overdue")) if is_overdue else Look("notice", "blue", _("Waiting for a decision"))


def action_look(status: str, is_complete: bool, missing_count: int) -> Look:
    if status == "parked":
        return Look("parked", "violet", _("Parked for review"))
    if status == "quarantined":
        return Look("quarantine", "red", _("Quarantined"))
    if status == "superseded":
        return Look("superseded", "grey", _("Superseded"))
    if status == "annulled":
        return Look("superseded", "grey", _("Annulled"))
    if is_complete:
        return Look("done", "green", _("Applied"))
    missing = _("Done, unproven · %(count)d missing") % {"count": missing_count}
    return Look("claimed", "yellow", missing if missing_count else _("Done, unproven"))


def file_look(state: str, percent: int | None = None) -> Look:
    if state == "verified":
        return Look("verified", "green", _("Verified"))
    if state == "partial":
        return Look("catchup", "blue", _("%(percent)d %%") % {"percent": percent or 0})
    if state == "missing":
        return Look("quarantine", "red", _("Declared missing"))
    return Look("missing", "orange", _("Promised, not here"))


def link_looks() -> list[Look]:
    """States of the live link, the first one being what a page shows before it heard anything."""
    return [
        Look("reconnect", "grey", _("Connecting")),
        Look("live", "green", _("Live")),
        Look("catchup", "blue", _("Catching up")),
        Look("stale", "grey", _("Stale")),
        Look("revoked", "grey", _("Access withdrawn")),
    ]


def preview_reason_text(reason: str) -> str:
    """Why a stored file shows no picture, in words."""
    return {
        "too_many_pixels": _("too many pixels"),
        "too_large": _("too large to draw"),
        "not_an_image": _("not a picture"),
        "no_preview_for_type": _("open it to see it"),
        "unreadable": _("damaged"),
        "too_costly": _("too costly to open"),
    }.get(reason, reason)
