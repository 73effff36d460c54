"""Weekly meetings: the list, opening one, and its agenda, of which what was said is written down and becomes tasks."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from server.cases.access import acting_in
from server.cases.case_no import CaseNoError, parse_case_no
from server.cases.models import Case
from server.centre.desk import flow_names
from server.centre.language import chinese_first
from server.centre.states import Look, work_look
from server.centre.views import frame, missing
from server.centre.written import written
from server.common.clock import local_date, now
from server.common.errors import DomainError
from server.people.models import Officer, Team
from server.teamwork.access import chairs, meetings_visible_to, readable_meeting
from server.teamwork.agenda import item_rows
from server.teamwork.meeting_schemas import Opening, SayingDraft
from server.teamwork.models import Meeting, MeetingItem
from server.teamwork.services import Asked, Saying, close_meeting, open_meeting, write_minutes
from server.teamwork.services.tasks import require_officer

ROWS = 100


@dataclass(frozen=True, slots=True)
class ItemLine:
    item: MeetingItem
    about: str
    look: Look | None
    """Of the task that came of it."""
    workers: dict[UUID, str]
    """Who may be given one."""


def _reader(request: HttpRequest) -> Officer:
    assert isinstance(request.user, Officer)
    return request.user


@never_cache
@login_required
@chinese_first
@require_http_methods(["GET", "POST"])
def meetings_page(request: HttpRequest) -> HttpResponse:
    """Meetings of the reader's teams and courts; posted to, that of a week is opened."""
    if request.method == "GET":
        return _list(request)
    try:
        meeting = _opened(request)
    except DomainError as refused:
        return _list(request, refused)
    return redirect(f"/centre/meetings/{meeting.pk}")


@never_cache
@login_required
@chinese_first
@require_GET
def meeting_page(request: HttpRequest, meeting_id: UUID) -> HttpResponse:
    return _show(request, meeting_id)


@never_cache
@login_required
@chinese_first
@require_POST
def meeting_word(request: HttpRequest, meeting_id: UUID, word: str) -> HttpResponse:
    """Write down what was said of one item, or close the meeting; back to it."""
    reader = _reader(request)
    try:
        meeting = readable_meeting(reader, meeting_id)
        if word == "close":
            close_meeting(meeting=meeting, by=reader)
        else:
            write_minutes(meeting=meeting, sayings=[_saying(request, meeting)], by=reader)
    except DomainError as refused:
        return _show(request, meeting_id, refused)
    item = request.POST.get("item", "")
    return redirect(f"/centre/meetings/{meeting_id}{f'#item-{item}' if item else ''}")


def _opened(request: HttpRequest) -> Meeting:
    reader, typed = _reader(request), request.POST
    body = written(Opening, _("Give a day of the week."), team=typed.get("team", ""), day=typed.get("day", ""))
    team = Team.objects.filter(pk=body.team, court=reader.court).first() if body.team else None
    if body.team and team is None:
        raise DomainError("receiver_unknown", 422, _("There is no such team in this court."))
    return open_meeting(court=reader.court, team=team, day=body.day or local_date(now()), by=reader)


def _saying(request: HttpRequest, meeting: Meeting) -> Saying:
    typed = request.POST
    case = None if typed.get("item") else _case_named(typed.get("case_no", ""), meeting)
    members = {name: typed.get(name, "") for name in ("text", "to", "due_on")}
    task = members if members["text"].strip() else ""
    wanted = _("Say it in words; of a task say what is to be done, by whom, and until which day.")
    body = written(SayingDraft, wanted, said=typed.get("said", ""), item=typed.get("item", ""), task=task)
    asked = Asked(body.task.text, require_officer(body.task.to), body.task.due_on, body.task.id) if body.task else None
    return Saying(body.said, body.item, case.pk if case else None, asked)


def _case_named(typed: str, meeting: Meeting) -> Case | None:
    """Of the meeting's court; one it has not is refused as an unknown item is."""
    try:
        number = parse_case_no(typed).canonical
    except CaseNoError:
        return None
    return Case.objects.filter(court=meeting.court, case_no=number).first()


def _list(request: HttpRequest, refused: DomainError | None = None) -> HttpResponse:
    reader = _reader(request)
    rows = meetings_visible_to(reader).select_related("team", "court", "opened_by").order_by("-week_of", "-pk")[:ROWS]
    teams = reader.court.teams.order_by("kind", "name")
    context = frame(
        request,
        officer=reader,
        meetings=list(rows),
        may_chair_bureau=chairs(reader, reader.court, None),
        teams=[team for team in teams if chairs(reader, reader.court, team)],
        today=local_date(now()),
        fault=str(refused.message) if refused else "",
        typed=request.POST,
    )
    return render(request, "centre/meetings.html", context, status=refused.status if refused else 200)


def _show(request: HttpRequest, meeting_id: UUID, refused: DomainError | None = None) -> HttpResponse:
    reader = _reader(request)
    try:
        meeting = readable_meeting(reader, meeting_id)
    except DomainError:
        return missing(request)
    today = local_date(now())
    context = frame(
        request,
        officer=reader,
        meeting=meeting,
        lines=_lines(meeting, today),
        may_write=meeting.closed_at is None and chairs(reader, meeting.court, meeting.team),
        today=today,
        fault=str(refused.message) if refused else "",
        typed=request.POST,
    )
    return render(request, "centre/meeting.html", context, status=refused.status if refused else 200)


def _lines(meeting: Meeting, today: date) -> list[ItemLine]:
    rows = item_rows(meeting)
    acting = acting_in({item.case_id for item, _ in rows})
    return [ItemLine(item, _about(item, text), _task_look(item, today), acting[item.case_id]) for item, text in rows]


def _about(item: MeetingItem, text: str) -> str:
    """The name of the node or the stage, a note's words."""
    names = flow_names()[item.case.flow_id]
    if item.kind == MeetingItem.Kind.NODE:
        return names.nodes.get(text, text)
    return names.stages.get(text, text) if item.kind == MeetingItem.Kind.HANDOVER else text


def _task_look(item: MeetingItem, today: date) -> Look | None:
    task = item.task
    return work_look(task.state, str(task.get_state_display()), task.due_on, today) if task else None
