"""Plans and tasks over HTTP. No rules here."""

from typing import Annotated, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Router
from pydantic import Field

from server.common.clock import local_date, now
from server.people.auth import SignedIn
from server.people.models import Officer
from server.teamwork.access import readable_case, tasks_visible_to
from server.teamwork.decide import TaskMove
from server.teamwork.models import Task
from server.teamwork.schemas import PlanDraft, PlanView, TaskDraft, TaskPage, TaskView, TaskWord
from server.teamwork.services import give_task, move_task, write_plan
from server.teamwork.services.tasks import require_officer, task_not_found

router = Router(tags=["teamwork"], auth=SignedIn())
PageSize = Annotated[int, Field(ge=1, le=200)]
Standing = Literal["open", "overdue", "all"]


def _officer(request: HttpRequest) -> Officer:
    assert isinstance(request.user, Officer)
    return request.user


@router.post("/cases/{uuid:case_id}/plan", response=PlanView)
def plan(request: HttpRequest, case_id: UUID, body: PlanDraft) -> PlanView:
    """Write how the case is to be enforced; what was written before stays on record."""
    case = readable_case(_officer(request), case_id)
    return PlanView.from_orm(write_plan(case=case, text=body.text, by=_officer(request)))


@router.post("/cases/{uuid:case_id}/tasks", response=TaskView)
def give(request: HttpRequest, case_id: UUID, body: TaskDraft) -> TaskView:
    """Ask something of an officer who works on the case."""
    case = readable_case(_officer(request), case_id)
    to = require_officer(body.to)
    task = give_task(case=case, text=body.text, to=to, due_on=body.due_on, by=_officer(request), task_id=body.id)
    return _shown(task.pk)


@router.get("/tasks", response=TaskPage)
def list_tasks(
    request: HttpRequest, state: Standing = "open", mine: bool = False, cursor: UUID | None = None, limit: PageSize = 50
) -> TaskPage:
    """Those of the cases the officer may read, or `mine`: given to him; to do, overdue, or all."""
    tasks = tasks_visible_to(_officer(request))
    if mine:
        tasks = tasks.filter(to=_officer(request))
    if state != "all":
        tasks = tasks.filter(state=Task.State.OPEN)
    if state == "overdue":
        tasks = tasks.filter(due_on__lt=local_date(now()))
    following = tasks.filter(pk__gt=cursor) if cursor else tasks
    rows = list(following.select_related("case", "to", "by").order_by("pk")[: limit + 1])
    last = str(rows[limit - 1].pk) if len(rows) > limit else None
    return TaskPage(items=[TaskView.of(task, now()) for task in rows[:limit]], next=last)


@router.post("/tasks/{uuid:task_id}/{move}", response=TaskView)
def move(request: HttpRequest, task_id: UUID, move: TaskMove, body: TaskWord) -> TaskView:
    """`done` or `return` by whom it is given to; `again` or `withdraw` by whoever is in charge of the case."""
    if not tasks_visible_to(_officer(request)).filter(pk=task_id).exists():
        raise task_not_found()
    move_task(task_id=task_id, move=move, by=_officer(request), said=body.said, due_on=body.due_on)
    return _shown(task_id)


def _shown(task_id: UUID) -> TaskView:
    return TaskView.of(Task.objects.select_related("case", "to", "by").get(pk=task_id), now())
