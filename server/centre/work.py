"""Who works on a case, as its page shows it; nothing of it to a court the case is lent to."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from server.cases.models import Case
from server.centre.states import Look, work_look
from server.people.models import Officer, Team
from server.teamwork.access import inside
from server.teamwork.models import Handover, Note, Plan, Task
from server.teamwork.queries import lead_officer_of, named, receivers_of, stage_owner_of


@dataclass(frozen=True, slots=True)
class HandoverLine:
    id: UUID
    stage: str
    giver: str
    receiver: str
    proposed_at: datetime
    due_on: date
    decided_at: datetime | None
    reason: str
    receivers: frozenset[UUID]
    """Who may take it over, where it waits."""
    look: Look


@dataclass(frozen=True, slots=True)
class TaskLine:
    id: UUID
    state: str
    text: str
    to: str
    to_id: UUID
    due_on: date
    said: str
    look: Look


@dataclass(frozen=True, slots=True)
class Work:
    lead_officer: str
    stage_owner: str
    handovers: list[HandoverLine]
    notes: list[Note]
    plan: Plan | None
    tasks: list[TaskLine]


def work_on(case: Case, reader: Officer, today: date, stages: Mapping[str, str]) -> Work | None:
    """None where this reader may learn nothing of it. `stages`: their names by key."""
    if not Case.objects.filter(inside(reader, ""), pk=case.pk).exists():
        return None
    handovers = list(named(Handover.objects.filter(case=case)).order_by("proposed_at", "pk"))
    notes = list(Note.objects.filter(case=case).select_related("by").order_by("noted_at", "pk"))
    plan = Plan.objects.filter(case=case).select_related("by").order_by("-number").first()
    tasks = list(Task.objects.filter(case=case).select_related("to").order_by("due_on", "pk"))
    lead, owner = lead_officer_of(case.pk), stage_owner_of(case)
    lines = [_line(each, stages, today) for each in handovers]
    return Work(
        lead_officer=lead.name if lead else "",
        stage_owner=_side(owner.team, owner.officer),
        handovers=lines,
        notes=notes,
        plan=plan,
        tasks=[_task_line(task, today) for task in tasks],
    )


def _task_line(task: Task, today: date) -> TaskLine:
    look = work_look(task.state, str(task.get_state_display()), task.due_on, today)
    return TaskLine(task.pk, task.state, task.text, task.to.name, task.to_id, task.due_on, task.said, look)


def _line(handover: Handover, stages: Mapping[str, str], today: date) -> HandoverLine:
    receiver = handover.decided_by if handover.state == Handover.State.ACCEPTED else handover.to_officer
    return HandoverLine(
        id=handover.pk,
        stage=stages.get(handover.stage, handover.stage),
        giver=_side(handover.from_team, handover.from_officer),
        receiver=_side(handover.to_team, receiver),
        proposed_at=handover.proposed_at,
        due_on=handover.due_on,
        decided_at=handover.decided_at,
        reason=handover.reason,
        receivers=receivers_of(handover) if handover.state == Handover.State.PROPOSED else frozenset(),
        look=work_look(handover.state, str(handover.get_state_display()), handover.due_on, today),
    )


def _side(team: Team | None, officer: Officer | None) -> str:
    return " ".join(each.name for each in (team, officer) if each)
