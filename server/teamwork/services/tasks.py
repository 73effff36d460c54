"""Tasks: given by whoever is in charge of a case to somebody who works on it; done, given back, asked for again."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from server.cases.access import acts_in
from server.cases.models import Case
from server.cases.services import touch
from server.cases.services.events import locked_case
from server.common.clock import local_date, now, to_wire
from server.common.errors import DomainError
from server.common.ids import new_id
from server.ledger.services import Draft, append
from server.people.models import Officer
from server.teamwork.decide import Source, TaskMove, task_after
from server.teamwork.live import task_view
from server.teamwork.models import Task
from server.teamwork.services.entries import own_draft
from server.teamwork.services.notes import require_words
from server.teamwork.services.standing import require_in_charge, require_open_and_in_charge

_KINDS = {
    TaskMove.DONE: "task_done",
    TaskMove.RETURN: "task_returned",
    TaskMove.AGAIN: "task_given_again",
    TaskMove.WITHDRAW: "task_withdrawn",
}


@transaction.atomic
def give_task(*, case: Case, text: str, to: Officer, due_on: date, by: Officer, task_id: UUID | None = None) -> Task:
    """Ask something of an officer who works on the case. With the `task_id` of one there is, nothing is done again.

    Raises DomainError 403 `not_in_charge`; 404 `task_not_found` for the `task_id` of another case's; 409 `case_closed`;
    422 `not_working_on_it`, `due_day_passed`, `note_required`, `note_too_long`.
    """
    case = locked_case(case.pk)
    standing = Task.objects.filter(pk=task_id).first() if task_id else None
    if standing is not None and standing.case_id != case.pk:
        raise task_not_found()
    if standing is not None:
        return standing
    require_open_and_in_charge(by, case)
    task, draft = write_task(case=case, text=text, to=to, due_on=due_on, by=by, task_id=task_id)
    append([draft])
    return task


def write_task(
    *, case: Case, text: str, to: Officer, due_on: date, by: Officer, task_id: UUID | None = None
) -> tuple[Task, Draft]:
    """The same in a transaction that holds the case, where who may ask is judged already; the entry is the caller's."""
    require_words(text)
    if not acts_in(to, case.pk):
        raise _not_working_on_it()
    _require_to_come(due_on)
    task = Task.objects.create(id=task_id or new_id(), case=case, text=text.strip(), to=to, by=by, due_on=due_on)
    return task, _told(task, "task_given", by, text=task.text)


@transaction.atomic
def move_task(
    *,
    task_id: UUID,
    move: TaskMove,
    by: Officer,
    said: str = "",
    due_on: date | None = None,
    occurred_at: datetime | None = None,
    source: Source | None = None,
) -> Task:
    """Done or given back by whom it was given to; asked for again or withdrawn by whoever is in charge.

    Said again by the same `source` it changes nothing. Raises DomainError 404 `task_not_found`; 403 `task_of_another`,
    `not_in_charge`; 409 `task_moved` with its `state`; 422 `note_required` (all but done), `note_too_long`,
    `due_day_passed`.
    """
    task, drafts = write_move(
        task_id=task_id, move=move, by=by, said=said, due_on=due_on, occurred_at=occurred_at, source=source
    )
    append(drafts)
    return task


def write_move(
    *,
    task_id: UUID,
    move: TaskMove,
    by: Officer,
    said: str = "",
    due_on: date | None = None,
    occurred_at: datetime | None = None,
    received_at: datetime | None = None,
    source: Source | None = None,
) -> tuple[Task, list[Draft]]:
    """The same inside a transaction of the caller's, whose last statement appends what is given back."""
    task, source = _held(task_id), source or ("desk", str(new_id()))
    if (task.source_type, task.source_id) == source:
        return task, []
    _require_may(move, by, task)
    after = task_after(task.state, move)
    if after is None:
        message = _("This task is not in the state for that. Look again.")
        raise DomainError("task_moved", 409, message, {"state": str(task.state)})
    if said.strip() or move is not TaskMove.DONE:
        require_words(said)
    if due_on is not None and move is TaskMove.AGAIN:
        _require_to_come(due_on)
        task.due_on = due_on
    received_at = received_at or now()
    task.state, task.said = after, said.strip()
    task.moved_at = max(task.given_at, min(occurred_at or received_at, received_at))
    task.received_at = received_at
    task.source_type, task.source_id = source
    task.save()
    facts = {"said": task.said, "occurred_at": to_wire(task.moved_at), "source": list(source)}
    return task, [_told(task, _KINDS[move], by, **facts)]


def _held(task_id: UUID) -> Task:
    case_id = Task.objects.filter(pk=task_id).values_list("case_id", flat=True).first()
    if case_id is None:
        raise task_not_found()
    locked_case(case_id)
    return Task.objects.select_related("case").get(pk=task_id)


def _require_may(move: TaskMove, by: Officer, task: Task) -> None:
    if move in (TaskMove.AGAIN, TaskMove.WITHDRAW):
        require_in_charge(by, task.case)
    elif by.pk != task.to_id:
        message = _("Whoever a task is given to says that it is done, or gives it back.")
        raise DomainError("task_of_another", 403, message)


def _require_to_come(due_on: date) -> None:
    if due_on < local_date(now()):
        raise DomainError("due_day_passed", 422, _("This day has passed. Name today or a day to come."))


def _told(task: Task, kind: str, by: Officer, **facts: Any) -> Draft:
    touch([task.case_id])
    case = Case.objects.get(pk=task.case_id)
    return own_draft(case, kind, {"task": task_view(task)}, by=by, **facts)


def task_not_found() -> DomainError:
    return DomainError("task_not_found", 404, _("There is no such task among those you may read."))


def require_officer(officer_id: UUID) -> Officer:
    """Raises DomainError 422 `not_working_on_it` for one there is not, as for a stranger."""
    officer = Officer.objects.filter(pk=officer_id, is_active=True).first()
    if officer is None:
        raise _not_working_on_it()
    return officer


def _not_working_on_it() -> DomainError:
    message = _("Give a task to somebody who works on this case: of the group that holds it, or does its stage.")
    return DomainError("not_working_on_it", 422, message)
