"""What a case asks of an officer beside its nodes: handovers to take over, tasks, orders. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from client_sdk.case_acts import ACCEPT_HANDOVER, COMPLETE_TASK, REJECT_HANDOVER, REPLY_URGE, REQUEST_APPROVAL
from client_sdk.day_views import Approval, Handover, Task, Urge
from client_sdk.members import date_of, objects, time_of
from client_sdk.views import Action, Case

WAITING = "PROPOSED"
OPEN = (None, "OPEN")
"""Of a task; one in a state unknown to this SDK counts as done (R98)."""


def handovers_of(
    data: Mapping[str, Any], case_id: str, case_no: str, pending: Sequence[Action]
) -> tuple[Handover, ...]:
    """As the unit tells them, with our own answers the court has not spoken on laid over."""
    answers = _answers(pending, "handover", ACCEPT_HANDOVER, REJECT_HANDOVER)
    notes: dict[str, list[str]] = {}
    for note in objects(data.get("notes")):
        notes.setdefault(str(note.get("handover")), []).append(str(note.get("text", "")))
    return tuple(
        Handover(
            id=str(each.get("id")),
            case_id=case_id,
            case_no=case_no,
            stage=str(each.get("stage", "")),
            state=str(each.get("state", "")),
            from_name=_name(each.get("from")),
            to_name=_name(each.get("to")),
            proposed_at=time_of(each.get("proposed_at")),
            due_on=date_of(each.get("due_on")),
            notes=tuple(notes.get(str(each.get("id")), ())),
            answered_by=answers.get(str(each.get("id")), ""),
        )
        for each in objects(data.get("handovers"))
    )


def _answers(pending: Sequence[Action], member: str, *kinds: str) -> dict[str | None, str]:
    """By what they answer, our own acts of these kinds."""
    return {act.said.get(member): act.id for act in pending if act.kind in kinds}


def _name(side: Any) -> str:
    """The officer, else the team."""
    members = side if isinstance(side, Mapping) else {}
    named = next((each for key in ("officer", "team") if isinstance(each := members.get(key), Mapping)), {})
    return str(named.get("name", ""))


def tasks_of(data: Mapping[str, Any], case_id: str, case_no: str, pending: Sequence[Action]) -> tuple[Task, ...]:
    done = _answers(pending, "task", COMPLETE_TASK)
    return tuple(
        Task(
            id=str(each.get("id")),
            case_id=case_id,
            case_no=case_no,
            text=str(each.get("text") or each.get("title") or ""),
            due_on=date_of(each.get("due_on")),
            done_by=done.get(str(each.get("id")), ""),
            raw=each,
        )
        for each in objects(data.get("tasks"))
    )


def urges_of(data: Mapping[str, Any], case_id: str, case_no: str, pending: Sequence[Action]) -> tuple[Urge, ...]:
    """Those that wait for a reply: one that was answered has left the unit."""
    answers = _answers(pending, "urge", REPLY_URGE)
    return tuple(
        Urge(
            id=str(each.get("id")),
            case_id=case_id,
            case_no=case_no,
            text=str(each.get("text", "")),
            by=str(each.get("by", "")),
            node_id=str(each.get("node", "")),
            asked_at=time_of(each.get("asked_at")),
            reply_due_on=date_of(each.get("reply_due_on")),
            answered_by=answers.get(str(each.get("id")), ""),
        )
        for each in objects(data.get("urges"))
    )


def approvals_of(data: Mapping[str, Any], case_id: str, pending: Sequence[Action]) -> tuple[Approval, ...]:
    """As the unit tells them, then what we asked and the court has not shown yet."""
    told = [_approval(each, case_id) for each in objects(data.get("approvals"))]
    known = {each.get("operation") for each in objects(data.get("approvals"))}
    asked = [act for act in pending if act.kind == REQUEST_APPROVAL and act.hash not in known]
    return (*told, *(_unsent(act, case_id) for act in asked))


def _approval(told: Mapping[str, Any], case_id: str) -> Approval:
    def text(name: str) -> str:
        return str(told.get(name) or "")

    return Approval(
        id=text("id"),
        case_id=case_id,
        act_kind=text("act_kind"),
        text=text("text"),
        state=text("state"),
        asked_at=time_of(told.get("asked_at")),
        by=text("by"),
        act=text("act"),
        due_at=time_of(told.get("due_at")),
        decided_by=text("decided_by"),
        decided_at=time_of(told.get("decided_at")),
        said=text("said"),
        paper=text("paper"),
    )


def _unsent(act: Action, case_id: str) -> Approval:
    said = act.said
    return Approval(
        id=act.id,
        case_id=case_id,
        act_kind=said.get("act_kind", ""),
        text=said.get("text", ""),
        state="UNSENT",
        asked_at=act.recorded_at,
        act=said.get("act", ""),
    )


def open_urges(cases: Iterable[Case], today: date) -> list[Urge]:
    waiting = (each for case in cases for each in case.urges)
    found = [replace(each, days_left=_days_left(each.reply_due_on, today)) for each in waiting]
    return sorted(found, key=lambda each: (bool(each.answered_by), *_urgency(each.days_left), each.case_no))


def waiting_handovers(cases: Iterable[Case], today: date) -> list[Handover]:
    waiting = (each for case in cases for each in case.handovers if each.state == WAITING)
    found = [replace(each, days_left=_days_left(each.due_on, today)) for each in waiting]
    return sorted(found, key=lambda each: (bool(each.answered_by), *_urgency(each.days_left), each.case_no))


def open_tasks(cases: Iterable[Case], today: date, officer_id: str) -> list[Task]:
    """Those given to this officer, or to nobody by name."""
    waiting = (each for case in cases for each in case.tasks if each.raw.get("state") in OPEN)
    waiting = (each for each in waiting if _given_to(each) in (None, officer_id))
    found = [replace(each, days_left=_days_left(each.due_on, today)) for each in waiting]
    return sorted(found, key=lambda each: (bool(each.done_by), *_urgency(each.days_left), each.case_no))


def _given_to(task: Task) -> Any:
    to = task.raw.get("to")
    return to.get("id") if isinstance(to, Mapping) else None


def due_of_order(order: Mapping[str, Any]) -> tuple[bool, str]:
    """Those with a day first, the nearest of them before the others."""
    due_on = date_of(order.get("due_on"))
    return due_on is None, due_on.isoformat() if due_on else ""


def _days_left(due_on: date | None, today: date) -> int | None:
    return (due_on - today).days if due_on else None


def _urgency(days_left: int | None) -> tuple[bool, int]:
    return days_left is None, days_left or 0
