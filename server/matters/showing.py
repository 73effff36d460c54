"""One matter as a reader's side may know it: his court's own file, and what the other court told it."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from server.common.clock import now
from server.matters.access import actor_of, can_urge, sides_of
from server.matters.decide import Step, steps_of
from server.matters.models import Matter, MatterMove, MatterTalk, MatterUrge
from server.matters.queries import clocks, facts_of, is_late, kind_of, last_of, missing_papers, others_on_property, told
from server.matters.schemas import (
    ClockView,
    CourtView,
    EnteredView,
    MatterDetail,
    MatterRow,
    MoveView,
    SnapshotView,
    StepView,
    TalkView,
    UrgeView,
)
from server.matters.services.snapshots import papers_of, result_view
from server.matters.snapshot_content import changes
from server.matters.states import UNSENT, Side, State, waits_for
from server.matters.wording import refusal
from server.people.models import Court, Officer


def row_of(matter: Matter, at: datetime) -> MatterRow:
    return MatterRow(**_row(matter, at))


def _row(matter: Matter, at: datetime) -> dict[str, Any]:
    names = ("id", "number", "kind", "state", "is_urgent", "due_clock", "due_on", "sent_at", "ended_at")
    flags = ("level", "urged", "is_supervised")
    return {
        **{name: getattr(matter, name) for name in (*names, *flags)},
        "from_court": _court(matter.from_court),
        "to_court": _court(matter.to_court),
        "is_overdue": is_late(matter, at),
        "waits_for": waits_for(State(matter.state)) or "",
    }


def _court(court: Court) -> CourtView:
    return CourtView(id=court.pk, code=court.code, name=court.name)


def detail_of(matter: Matter, reader: Officer) -> MatterDetail:
    """`matter` is one he may read."""
    sides = sides_of(reader, matter)
    asked = _asked(matter) if Side.ASKING in sides and matter.case else _told_to_doing(matter)
    courts = {Side.ASKING: matter.from_court_id, Side.DOING: matter.to_court_id}
    near = {courts[side] for side in sides}
    return MatterDetail(
        **_row(matter, now()),
        **asked,
        **_came_of_it(matter, sides),
        sides=sorted(side.value for side in sides),
        clocks=_clocks(matter),
        moves=[_move(row) for row in _moves(matter, sides)],
        talks=[_talk(row) for row in _talks(matter, near)],
        urges=[_urge(row) for row in matter.urges.select_related("by").order_by("asked_at", "pk")],
        by_package=matter.sent_at is not None and matter.to_court.reach == Court.Reach.PACKAGE,
        may_urge=can_urge(reader, matter) and is_late(matter, now()),
        snapshots=_snapshots(matter),
        others_on_property=sorted({other.number for court in near for other in others_on_property(matter, court)}),
        steps=[_step(step) for step in steps_of(facts_of(matter), actor_of(reader, matter))],
    )


def _asked(matter: Matter) -> dict[str, Any]:
    """From its own file."""
    names = ("request", "people", "contact", "limit_days", "valid_until", "duty_phone", "papers_due_on")
    return {
        **{name: getattr(matter, name) for name in names},
        "case_id": matter.case_id,
        "case_no": matter.case.case_no if matter.case else "",
        "papers": papers_of(matter, is_result=False),
        "missing_papers": list(missing_papers(matter)),
        "previous": matter.previous.number if matter.previous else "",
    }


def _told_to_doing(matter: Matter) -> dict[str, Any]:
    """From the last snapshot alone, whatever stands in the other court's file by now."""
    content = told(last_of(matter, matter.from_court_id))
    names = ("request", "people", "contact", "limit_days", "valid_until", "duty_phone", "papers_due_on", "papers")
    slots = [paper["slot"] for paper in content.get("papers", ())]
    counts = {slot: slots.count(slot) for slot in slots}
    return {
        **{name: content.get(name) for name in names},
        "case_id": None,
        "case_no": content.get("case_no", ""),
        "missing_papers": list(kind_of(matter).missing_papers(counts)),
        "previous": content.get("previous") or "",
    }


def _came_of_it(matter: Matter, sides: Collection[Side]) -> dict[str, Any]:
    """Results are told as they come; the papers of them with the feedback."""
    names = ("handler_phone", "disputes", "is_confirmed_by_time", "rating", "rating_text", "complaint")
    feedback = told(last_of(matter, matter.to_court_id))
    is_own = Side.DOING in sides or matter.to_court.reach == Court.Reach.PACKAGE
    papers = papers_of(matter, is_result=True) if is_own else feedback.get("papers", [])
    return {
        **{name: getattr(matter, name) for name in names},
        "handler": matter.handled_by,
        "results": [result_view(row) for row in matter.results.order_by("number")],
        "result_papers": papers,
    }


def _clocks(matter: Matter) -> list[ClockView]:
    return [
        ClockView(
            clock=clock.value,
            started_on=each.started_on,
            due_on=each.due_on,
            stopped_on=each.stopped_on,
            is_paused=each.is_paused,
            is_provisional=each.is_provisional,
        )
        for clock, each in clocks(matter).items()
    ]


def _moves(matter: Matter, sides: Collection[Side]) -> list[MatterMove]:
    """What went on before it was sent is the asking court's own."""
    rows = matter.moves.select_related("by", "intake__by", "intake__paper").order_by("number")
    unsent = [each.value for each in UNSENT]
    return list(rows if Side.ASKING in sides else rows.exclude(target__in=unsent))


def _move(row: MatterMove) -> MoveView:
    names = ("number", "move", "source", "target", "at", "reason", "words")
    said = {name: getattr(row, name) for name in names}
    intake = row.intake
    entered = EnteredView(by=intake.by.name, file=intake.paper.sha256) if intake else None
    return MoveView(**said, by=row.said_by, court=row.court_id, entered=entered)


def _talks(matter: Matter, near: Collection[UUID]) -> list[MatterTalk]:
    rows = matter.talks.select_related("by").order_by("at", "pk")
    return [row for row in rows if not row.is_note or row.court_id in near]


def _talk(row: MatterTalk) -> TalkView:
    names = ("id", "at", "is_note", "spoke_with", "phone", "text")
    return TalkView(**{name: getattr(row, name) for name in names}, by=row.said_by, court=row.court_id)


def _urge(row: MatterUrge) -> UrgeView:
    names = ("id", "clock", "due_on", "text", "is_supervision", "asked_at", "settled_at")
    said = {name: getattr(row, name) for name in names}
    return UrgeView(**said, court=row.court_id, by=row.by.name if row.by else "")


def _snapshots(matter: Matter) -> list[SnapshotView]:
    views, before = [], dict[UUID, dict[str, Any]]()
    for row in matter.snapshots.order_by("made_at", "pk"):
        content, last = told(row), before.get(row.court_id)
        before[row.court_id] = content
        views.append(
            SnapshotView(
                court=row.court_id,
                version=row.version,
                made_at=row.made_at,
                text=row.text,
                content=content,
                changed=changes(last, content) if last else [],
            )
        )
    return views


def _step(step: Step) -> StepView:
    error = refusal(step.refused) if step.refused else None
    return StepView(
        move=step.move.value,
        code=error.code if error else "",
        message=str(error.message) if error else "",
        details=dict(error.details) if error else {},
        asks=list(step.asks),
    )
