"""Errands between courts as their pages show them: looks of states, names of codes, the next steps with their forms."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from server.cases.levels import Level
from server.centre.states import Look, level_look, running_look
from server.matters.kinds import Catalogue, catalogue, said
from server.matters.models import Matter
from server.matters.schemas import MatterDetail, MatterRow, StepView
from server.matters.wording import move_name

_LOOKS = {
    "DRAFT": ("pending", "grey"),
    "PENDING_APPROVAL": ("pending", "blue"),
    "SENT": ("active", "blue"),
    "SUPPLEMENT_WAIT": ("paused", "orange"),
    "RETURN_ALLOWED": ("warn", "orange"),
    "ACCEPTED": ("active", "blue"),
    "IN_PROGRESS": ("active", "blue"),
    "FED_BACK": ("check", "blue"),
    "CONFIRMED": ("done", "green"),
    "RETURNED": ("superseded", "red"),
    "WITHDRAWN": ("void", "grey"),
}
CLOCKS = {"sign": "SENT", "do": "IN_PROGRESS", "supplement": "SUPPLEMENT_WAIT", "confirm": "FED_BACK"}


@dataclass(frozen=True, slots=True)
class Line:
    """One of a list."""

    row: MatterRow
    kind: str
    state: Look
    due: Look | None
    waits: str
    flags: tuple[str, ...]
    """Urged how often, and whether a superior watches over it."""


@dataclass(frozen=True, slots=True)
class StepForm:
    """A next step: its button, why it is not to be pressed, and which fields it asks for."""

    move: str
    name: str
    refused: str
    details: str
    fields: tuple[str, ...]
    is_main: bool


def line_of(row: MatterRow, today: date) -> Line:
    due = due_look(row, today)
    return Line(row, kind_name(row.kind), state_look(row.state), due, waiting(row.waits_for), tuple(flags_of(row)))


def flags_of(row: MatterRow) -> Iterator[str]:
    if row.urged:
        yield ngettext("urged once", "urged %(n)s times", row.urged) % {"n": row.urged}
    if row.is_supervised:
        yield _("watched over by a superior")


def level_of(row: MatterRow, today: date) -> Level:
    """As the last pass found it, but by the clock where its day has come since."""
    by_clock = Level.NORMAL
    if row.due_on is not None and row.due_on <= today:
        by_clock = Level.DUE if row.due_on == today else Level.OVERDUE
    return max(by_clock, Level(row.level), key=lambda level: level.rank)


def due_look(row: MatterRow, today: date) -> Look | None:
    return running_look(level_of(row, today), row.due_on, today) if row.due_on else None


def state_look(state: str) -> Look:
    glyph, hue = _LOOKS[state]
    return Look(glyph, hue, str(Matter.State(state).label))


def urgent_look() -> Look:
    return level_look(Level.OVERDUE, _("Urgent"))


def waiting(side: str) -> str:
    """Waiting for a partner is shown as such, never as a pause."""
    return {"asking": _("Waits for the court that asked"), "doing": _("Waits for the court that does it"), "": ""}[side]


def kind_name(kind: str) -> str:
    known = catalogue().kinds.get(kind)
    return said(known.names, _language()) if known else kind


def names_of(listed: str) -> dict[str, str]:
    return {key: said(names, _language()) for key, names in catalogue().names[listed].items()}


def result_names(codes: Iterable[str]) -> dict[str, str]:
    known: Catalogue = catalogue()
    return {code: said(known.results[code].names, _language()) for code in codes}


def _language() -> str:
    return get_language() or "zh"


_FIELDS: dict[str, tuple[str, ...]] = {
    "return": ("reason", "words"),
    "assign": ("handler", "handler_phone"),
    "reassign": ("handler", "handler_phone", "words"),
    "feed_back": ("was_on_site",),
    "withdraw": ("words", "asks_release"),
    "rate": ("rating", "words"),
    **dict.fromkeys(("reject", "ask_supplement", "dispute", "complain"), ("words",)),
}
_MAIN = frozenset({"submit", "approve", "sign_for", "supplement", "assign", "feed_back", "confirm"})


def step_forms(detail: MatterDetail) -> list[StepForm]:
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
    """Which papers or members are missing, by name."""
    missing = step.details.get("missing") or ()
    names = names_of("papers") | names_of("members")
    return "、".join(names.get(each, each) for each in missing)


def asked_lines(detail: MatterDetail) -> list[tuple[str, Any]]:
    """What is asked, member by member, by name."""
    names = names_of("members")
    return [(names.get(name, name), value) for name, value in (detail.request or {}).items()]


def paper_lines(papers: Iterable[dict[str, Any]], listed: str) -> list[dict[str, Any]]:
    names = names_of(listed)
    return [{**paper, "name": names.get(paper["slot"], paper["slot"])} for paper in papers]


def result_lines(detail: MatterDetail) -> list[dict[str, Any]]:
    names = result_names({row["code"] for row in detail.results})
    return [{**row, "name": names[row["code"]]} for row in detail.results]


def clock_lines(detail: MatterDetail) -> list[dict[str, Any]]:
    return [{"name": state_look(CLOCKS[each.clock]).text, **each.dict()} for each in detail.clocks]


def log_lines(detail: MatterDetail) -> list[dict[str, Any]]:
    """Moves and talks in one column, the newest first."""
    courts = {detail.from_court.id: detail.from_court.name, detail.to_court.id: detail.to_court.name}
    moves = [
        {
            "at": each.at,
            "name": move_name(each.move),
            "by": each.by,
            "court": courts[each.court],
            "text": each.words,
            "entered": each.entered,
        }
        for each in detail.moves
    ]
    talks = [
        {
            "at": each.at,
            "name": _("Note, for the own court alone") if each.is_note else _("Talk with %s") % each.spoke_with,
            "by": each.by,
            "court": courts[each.court],
            "text": each.text,
        }
        for each in detail.talks
    ]
    urges = [
        {
            "at": each.asked_at,
            "name": _("Ordered by a superior") if each.is_supervision else _("Urged"),
            "by": each.by or _("by itself, its day having passed"),
            "court": "",
            "text": each.text,
        }
        for each in detail.urges
    ]
    return sorted([*moves, *talks, *urges], key=lambda line: line["at"], reverse=True)
