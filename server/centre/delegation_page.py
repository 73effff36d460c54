"""Delegated cases as their pages show them: looks of states and clocks, names of papers, the next steps with forms."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from server.cases.levels import Level
from server.cases.models import Case, Property
from server.centre.states import Look, running_look
from server.common.clock import now
from server.delegation.access import can_delegate, delegations_visible_to
from server.delegation.eight_papers import paper_list
from server.delegation.models import CaseDelegation
from server.delegation.queries import linked
from server.delegation.schemas import DelegationDetail, DelegationRow, StepView
from server.delegation.showing import row_of
from server.delegation.wording import clock_name, move_name
from server.people.models import Officer

_LOOKS = {
    "DRAFT": ("pending", "grey"),
    "CHECKED": ("pending", "blue"),
    "SENT": ("active", "blue"),
    "INCOMPLETE": ("paused", "orange"),
    "FILED": ("active", "blue"),
    "TAKEN_OVER": ("active", "blue"),
    "RUNNING": ("active", "blue"),
    "ESCALATABLE": ("warn", "orange"),
    "RETURN_PENDING": ("paused", "orange"),
    "CLOSED": ("done", "green"),
    "RETURNED": ("superseded", "red"),
    "WITHDRAWN": ("void", "grey"),
    "WITHDRAWN_DEEMED": ("void", "grey"),
    "LIFTED": ("superseded", "grey"),
    "APPOINTED": ("superseded", "grey"),
}
_WORDS = ("reject", "withdraw", "ask_papers", "explain", "report", "ask_superior", "urge", "ask_return")
_ANOTHER = ("applicant_asked_on", "case_no", "handler", "handler_phone")
_FIELDS: dict[str, tuple[str, ...]] = {
    "send": ("record_no",),
    "file": ("case_no", "handler", "handler_phone"),
    "take_over": ("told_applicant_on",),
    "tell_property": ("property",),
    "set_deadline": ("applicant_asked_on", "deadline_on"),
    "lift": _ANOTHER,
    "appoint": ("to_court", *_ANOTHER),
    **dict.fromkeys((*_WORDS, "refuse_return", "return"), ("words",)),
}
_MAIN = frozenset({"check", "send", "file", "complete", "take_over", "start", "consent"})


@dataclass(frozen=True, slots=True)
class Line:
    """One of a list."""

    row: DelegationRow
    state: Look
    due: Look | None
    clock: str
    waits: str
    is_from_here: bool = True
    """It went away from the case it is shown with, and did not come."""


@dataclass(frozen=True, slots=True)
class StepForm:
    """A next step: its button, why it is not to be pressed, and which fields it asks for."""

    move: str
    name: str
    refused: str
    details: str
    fields: tuple[str, ...]
    is_main: bool


def line_of(row: DelegationRow, today: date) -> Line:
    clock = clock_name(row.due_clock) if row.due_clock else ""
    return Line(row, state_look(row.state), due_look(row, today), clock, waiting(row.waits_for))


def due_look(row: DelegationRow, today: date) -> Look | None:
    """All but a superior's deadline are statutory: severe from the first day past."""
    if row.due_on is None:
        return None
    level = Level.NORMAL if row.due_on > today else Level.DUE if row.due_on == today else Level.SEVERE
    return running_look(level, row.due_on, today)


def state_look(state: str) -> Look:
    glyph, hue = _LOOKS[state]
    return Look(glyph, hue, str(CaseDelegation.State(state).label))


def waiting(side: str) -> str:
    """Waiting for a partner is shown as such, never as a pause."""
    return {
        "delegating": _("Waits for the court that delegated"),
        "receiving": _("Waits for the court that received it"),
        "above": _("Waits for the high court"),
        "": "",
    }[side]


def linked_lines(reader: Officer, case: Case, today: date) -> list[Line]:
    """By which this case went away or came, with the numbers on both sides."""
    found = linked(case.pk)
    if not found.exists():
        return []  # most cases stay where they are
    rows = found.filter(pk__in=delegations_visible_to(reader).values("pk"))
    lines = ((row, line_of(row_of(row, now()), today)) for row in rows)
    return [replace(line, is_from_here=row.case_id == case.pk) for row, line in lines]


def may_be_delegated(reader: Officer, case: Case, lines: Iterable[Line]) -> bool:
    """Whether the page of the case leads to a draft: not while it is away, nor where it came from elsewhere."""
    is_free = all(line.row.ended_at and line.is_from_here for line in lines)
    return is_free and case.status != Case.Status.CLOSED and can_delegate(reader, case)


def slot_names() -> dict[str, str]:
    index = 1 if (get_language() or "zh").startswith("en") else 0
    return {key: slot.names[index] for key, slot in paper_list().slots.items()}


def paper_lines(papers: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    names = slot_names()
    return [{**paper, "name": names.get(paper["slot"], paper["slot"])} for paper in papers]


def target_lines(targets: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{**each, "kind_name": str(Property.Kind(each["kind"]).label)} for each in targets]


def measure_lines(measures: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    ranks = {"FIRST": _("First seal"), "WAITING": _("In waiting")}
    kinds = {"SEAL": _("Seal"), "SEIZE": _("Seizure"), "FREEZE_COUNTER": _("Freeze")}
    return [
        {**each, "rank_name": ranks.get(each["rank"], "—"), "kind_name": kinds.get(each["kind"], _("Seal or freeze"))}
        for each in measures
    ]


def clock_lines(detail: DelegationDetail) -> list[dict[str, Any]]:
    return [{"name": clock_name(each.clock), **each.dict()} for each in detail.clocks]


def log_lines(detail: DelegationDetail, courts: dict[Any, str]) -> list[dict[str, Any]]:
    """The moves, the newest first."""
    return [
        {
            "at": each.at,
            "name": move_name(each.move),
            "by": each.by,
            "court": courts.get(each.court, ""),
            "text": each.words,
        }
        for each in reversed(detail.moves)
    ]


def step_forms(detail: DelegationDetail) -> list[StepForm]:
    return [
        StepForm(
            step.move,
            move_name(step.move),
            step.message,
            _details(step),
            _FIELDS.get(step.move, ()),
            step.move in _MAIN,
        )
        for step in detail.steps
    ]


def _details(step: StepView) -> str:
    """Which papers are missing, which property is here, which seals are short: by name and day."""
    names, details = slot_names(), step.details
    missing = [names.get(each, each) for each in details.get("missing") or ()]
    seals = [each["expires_on"] for each in details.get("seals") or ()]
    return "、".join([*missing, *(details.get("here") or ()), *seals])
