"""Who works on a case, on a page: handovers, plan, tasks and notes, with a form for each word its reader may say."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from server.cases.access import acting_in, cases_visible_to
from server.cases.models import Case
from server.centre.desk import flow_names
from server.centre.language import chinese_first
from server.centre.views import frame, missing
from server.centre.work import HandoverLine, TaskLine, work_on
from server.centre.written import written
from server.common.clock import local_date, now
from server.common.errors import DomainError
from server.common.ids import new_id
from server.people.models import Court, Officer, Team
from server.teamwork.access import (
    can_work_on,
    handovers_visible_to,
    leads,
    readable_case,
    require_can_work_on,
    tasks_visible_to,
)
from server.teamwork.decide import TaskMove, task_after
from server.teamwork.models import Handover
from server.teamwork.queries import teams_with_members
from server.teamwork.schemas import NoteDraft, PlanDraft, Proposal, Rejection, TaskDraft, TaskWord
from server.teamwork.services import add_note, decide_handover, give_task, move_task, propose_handover, write_plan
from server.teamwork.services.standing import is_in_charge
from server.teamwork.services.tasks import require_officer


@dataclass(frozen=True, slots=True)
class May:
    """What the reader may say of a case; nothing where it is closed."""

    plan: bool = False
    """And give tasks."""
    note: bool = False
    offer: bool = False


def _reader(request: HttpRequest) -> Officer:
    assert isinstance(request.user, Officer)
    return request.user


@never_cache
@login_required
@chinese_first
@require_GET
def work_page(request: HttpRequest, case_id: UUID) -> HttpResponse:
    return _show(request, case_id)


@never_cache
@login_required
@chinese_first
@require_POST
def case_word(request: HttpRequest, case_id: UUID, word: str) -> HttpResponse:
    """Write a plan or a note, give a task, offer the case; what cannot be said stands above with what was typed."""
    try:
        _SAID[word](request, readable_case(_reader(request), case_id))
    except DomainError as refused:
        return _show(request, case_id, refused, word)
    return redirect(f"/centre/cases/{case_id}/work")


@never_cache
@login_required
@chinese_first
@require_POST
def task_word(request: HttpRequest, task_id: UUID, word: TaskMove) -> HttpResponse:
    """Done, given back, asked for again, withdrawn."""
    task = tasks_visible_to(_reader(request)).filter(pk=task_id).first()
    if task is None:
        return missing(request)
    typed = {name: request.POST.get(name, "") for name in ("said", "due_on")}
    try:
        body = written(TaskWord, _wanted(), **typed)
        move_task(task_id=task_id, move=word, by=_reader(request), said=body.said, due_on=body.due_on)
    except DomainError as refused:
        return _show(request, task.case_id, refused, f"{word}-{task_id}")
    return redirect(f"/centre/cases/{task.case_id}/work")


@never_cache
@login_required
@chinese_first
@require_POST
def handover_word(request: HttpRequest, handover_id: UUID, word: str) -> HttpResponse:
    """Take the stage over, or send it back with the reason."""
    reader, is_accepted = _reader(request), word == "accept"
    case_id = handovers_visible_to(reader).filter(pk=handover_id).values_list("case_id", flat=True).first()
    if case_id is None:
        return missing(request)
    try:
        reason = "" if is_accepted else written(Rejection, _wanted(), reason=request.POST.get("reason", "")).reason
        decide_handover(handover_id=handover_id, officer=reader, is_accepted=is_accepted, reason=reason)
    except DomainError as refused:
        return _show(request, case_id, refused, f"{word}-{handover_id}")
    return redirect(f"/centre/cases/{case_id}/work")


def _write_plan(request: HttpRequest, case: Case) -> None:
    body = written(PlanDraft, _("Say it in words, 5000 characters at most."), text=request.POST.get("text", ""))
    write_plan(case=case, text=body.text, by=_reader(request))


def _add_note(request: HttpRequest, case: Case) -> None:
    body = written(NoteDraft, _wanted(), text=request.POST.get("text", ""))
    require_can_work_on(_reader(request), case)
    add_note(case=case, text=body.text, by=_reader(request))


def _give_task(request: HttpRequest, case: Case) -> None:
    wanted = _("Say what is to be done, by whom, and until which day.")
    body = written(TaskDraft, wanted, **{name: request.POST.get(name, "") for name in ("id", "text", "to", "due_on")})
    to = require_officer(body.to)
    give_task(case=case, text=body.text, to=to, due_on=body.due_on, by=_reader(request), task_id=body.id)


def _offer(request: HttpRequest, case: Case) -> None:
    """A note stands on a line of its own."""
    typed = {name: request.POST.get(name, "") for name in ("id", "stage")}
    team, _slash, officer = request.POST.get("to", "").partition("/")
    notes = [line.strip() for line in request.POST.get("notes", "").splitlines() if line.strip()]
    wanted = _("Choose a stage, and the team or the officer it goes to; a note has 1000 characters at most.")
    body = written(Proposal, wanted, notes=notes, to_team=team, to_officer=officer, **typed)
    propose_handover(
        case=case,
        stage=body.stage,
        by=_reader(request),
        to_team=Team.objects.filter(pk=body.to_team).first() if body.to_team else None,
        to_officer=Officer.objects.filter(pk=body.to_officer).first() if body.to_officer else None,
        notes=body.notes,
        handover_id=body.id,
    )


_SAID: dict[str, Callable[[HttpRequest, Case], None]] = {
    "plan": _write_plan,
    "note": _add_note,
    "task": _give_task,
    "offer": _offer,
}


def _wanted() -> str:
    return _("Say it in words, 1000 characters at most.")


def _show(request: HttpRequest, case_id: UUID, refused: DomainError | None = None, said_in: str = "") -> HttpResponse:
    reader, today = _reader(request), local_date(now())
    stages = flow_names()
    case = Case.objects.filter(pk__in=cases_visible_to(reader).values("pk"), pk=case_id).select_related("court").first()
    work = work_on(case, reader, today, stages[case.flow_id].stages) if case else None
    if case is None or work is None:
        return missing(request)
    may = _may(reader, case)
    context = frame(
        request,
        officer=reader,
        case=case,
        work=work,
        tasks=[(line, _moves(line, reader, is_in_charge(reader, case))) for line in work.tasks],
        handovers=[(line, _words(line, reader, case)) for line in work.handovers],
        may=may,
        workers=acting_in([case.pk])[case.pk] if may.plan else {},
        stages=stages[case.flow_id].stages,
        receivers=teams_with_members(case.court) if may.offer else [],
        new=new_id(),
        today=today,
        fault=str(refused.message) if refused else "",
        said_in=said_in,
        typed=request.POST if refused else {},
    )
    return render(request, "centre/work_page.html", context, status=refused.status if refused else 200)


def _may(reader: Officer, case: Case) -> May:
    if case.status == Case.Status.CLOSED:
        return May()
    works = can_work_on(reader, case)
    waits = Handover.objects.filter(case=case, state=Handover.State.PROPOSED).exists()
    passes_on = case.court.assignment_model != Court.AssignmentModel.LEAD_EXECUTOR
    return May(plan=is_in_charge(reader, case), note=works, offer=works and passes_on and not waits)


def _moves(task: TaskLine, reader: Officer, may_lead: bool) -> list[TaskMove]:
    """What this reader may say of it now."""
    own, leading = (TaskMove.DONE, TaskMove.RETURN), (TaskMove.AGAIN, TaskMove.WITHDRAW)
    allowed = (*(own if task.to_id == reader.pk else ()), *(leading if may_lead else ()))
    return [move for move in allowed if task_after(task.state, move)]


def _words(line: HandoverLine, reader: Officer, case: Case) -> list[str]:
    if line.decided_at is not None or case.status == Case.Status.CLOSED:
        return []
    if reader.pk in line.receivers:
        return ["accept", "reject"]
    return ["reject"] if leads(reader, case.court_id) else []
