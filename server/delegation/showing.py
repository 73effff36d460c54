"""One delegation as a reader's side may know it: his court's own file, and what the other court told it."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from server.common.clock import local_date, now
from server.delegation.access import actor_of, sides_of
from server.delegation.clock import RULES, late_days, level_of
from server.delegation.decide import Step, steps_of
from server.delegation.eight_papers import paper_list
from server.delegation.models import CaseDelegation, DelegationMove
from server.delegation.queries import clocks, facts_of, missing_papers, waits_for
from server.delegation.schemas import (
    ClockView,
    CourtView,
    DelegationDetail,
    DelegationRow,
    MoveView,
    SnapshotView,
    StepView,
)
from server.delegation.services.snapshots import last_of, measures_of, papers_of, told
from server.delegation.states import UNSENT, Side
from server.delegation.wording import refusal
from server.matters.snapshot_content import changes
from server.people.models import Court, Officer

_CONTENT = ("statement", "targets", "people", "contact", "record_no")


def row_of(delegation: CaseDelegation, at: datetime) -> DelegationRow:
    return DelegationRow(**_row(delegation, at))


def _row(delegation: CaseDelegation, at: datetime) -> dict[str, Any]:
    names = ("id", "number", "state", "due_clock", "due_on", "sent_at", "ended_at")
    received = delegation.received_case
    return {
        **{name: getattr(delegation, name) for name in names},
        "from_court": _court(delegation.from_court),
        "to_court": _court(delegation.to_court),
        "is_overdue": bool(delegation.due_on and delegation.due_on < local_date(at)),
        "waits_for": waits_for(delegation),
        "case_no": delegation.case.case_no,
        "received_case_no": received.case_no if received else "",
    }


def _court(court: Court) -> CourtView:
    return CourtView(id=court.pk, code=court.code, name=court.name)


def detail_of(delegation: CaseDelegation, reader: Officer) -> DelegationDetail:
    """`delegation` is one he may read."""
    sides = sides_of(reader, delegation)
    asked = _asked(delegation) if Side.DELEGATING in sides else _told_to_receiving(delegation)
    return DelegationDetail(
        **_row(delegation, now()),
        **asked,
        **_came_of_it(delegation, sides),
        sides=sorted(side.value for side in sides),
        previous=delegation.previous.number if delegation.previous else "",
        relation=delegation.relation,
        following=list(delegation.followed_by.order_by("pk").values_list("number", flat=True)),
        clocks=_clocks(delegation),
        moves=[_move(row) for row in _moves(delegation, sides)],
        snapshots=_snapshots(delegation),
        steps=[_step(step) for step in steps_of(facts_of(delegation), actor_of(reader, delegation))],
    )


def _asked(delegation: CaseDelegation) -> dict[str, Any]:
    """From its own file."""
    return {
        **{name: getattr(delegation, name) for name in _CONTENT},
        "case_id": delegation.case_id,
        "is_none_here": delegation.is_none_here,
        "measures": measures_of(delegation),
        "papers": _papers_with_ids(delegation),
        "missing_papers": list(missing_papers(delegation)),
    }


def _papers_with_ids(delegation: CaseDelegation) -> list[dict[str, Any]]:
    ids = dict(delegation.papers.values_list("paper__sha256", "paper_id"))
    return [{**paper, "id": str(ids[paper["sha256"]])} for paper in papers_of(delegation)]


def _told_to_receiving(delegation: CaseDelegation) -> dict[str, Any]:
    """From the last snapshot alone, whatever stands in the other court's file by now."""
    content = told(last_of(delegation, delegation.from_court_id))
    slots = [paper["slot"] for paper in content.get("papers", ())]
    missing = paper_list(delegation.paper_list).missing({slot: slots.count(slot) for slot in slots})
    return {
        **{name: content[name] for name in (*_CONTENT, "measures", "papers")},
        "case_id": None,
        "is_none_here": None,
        "missing_papers": list(missing),
    }


def _came_of_it(delegation: CaseDelegation, sides: Collection[Side]) -> dict[str, Any]:
    """What the receiving court told in writing; its case by id to its own readers."""
    names = ("told_applicant_on", "explained_at", "consented_at", "deadline_on", "handler_phone")
    return {
        **{name: getattr(delegation, name) for name in names},
        "received_case_id": delegation.received_case_id if Side.RECEIVING in sides else None,
        "handler": delegation.handler.name if delegation.handler else "",
        "answer": told(last_of(delegation, delegation.to_court_id)),
    }


def _clocks(delegation: CaseDelegation) -> list[ClockView]:
    today = local_date(now())
    return [
        ClockView(
            clock=clock.value,
            started_on=each.started_on,
            due_on=each.due_on,
            stopped_on=each.stopped_on,
            is_paused=each.is_paused,
            is_provisional=each.is_provisional,
            kind=RULES[clock].kind,
            basis=RULES[clock].basis,
            late_days=late_days(each, today),
            level=level_of(clock, each, today).value,
        )
        for clock, each in clocks(delegation).items()
    ]


def _moves(delegation: CaseDelegation, sides: Collection[Side]) -> list[DelegationMove]:
    """What went on before it was sent is the delegating court's own."""
    rows = delegation.moves.select_related("by").order_by("number")
    unsent = [each.value for each in UNSENT]
    return list(rows if Side.DELEGATING in sides else rows.exclude(target__in=unsent))


def _move(row: DelegationMove) -> MoveView:
    names = ("number", "move", "source", "target", "at", "words")
    said = {name: getattr(row, name) for name in names}
    return MoveView(**said, by=row.by.name if row.by else "", court=row.court_id)


def _snapshots(delegation: CaseDelegation) -> list[SnapshotView]:
    views, before = [], dict[UUID, dict[str, Any]]()
    for row in delegation.snapshots.order_by("made_at", "pk"):
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
