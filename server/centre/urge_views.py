"""Urging on a case: what was asked and answered, a form to ask, and one to reply to each that waits."""

from datetime import date
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from server.cases.access import cases_visible_to
from server.cases.models import Case, Node
from server.centre.desk import flow_names
from server.centre.language import chinese_first
from server.centre.states import Look, urge_look
from server.centre.views import frame, missing
from server.centre.written import written
from server.common.clock import local_date, now
from server.common.errors import DomainError
from server.people.models import Officer
from server.supervision.access import can_urge, holds, urges_visible_to
from server.supervision.models import Urge
from server.supervision.schemas import ReplyBody, UrgeBody
from server.supervision.services import answer_urge, urge
from server.supervision.shown import urge_views

ROWS = 100


def _reader(request: HttpRequest) -> Officer:
    assert isinstance(request.user, Officer)
    return request.user


@never_cache
@login_required
@chinese_first
@require_http_methods(["GET", "POST"])
def urges_page(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Urges of a case; posted to, one more."""
    if request.method == "GET":
        return _show(request, case_id)
    try:
        body = written(UrgeBody, _wanted(), text=request.POST.get("text", ""), node_id=request.POST.get("node_id", ""))
        urge(case_id=case_id, text=body.text, node_id=body.node_id, by=_reader(request))
    except DomainError as refused:
        return _show(request, case_id, refused)
    return redirect(f"/centre/cases/{case_id}/urges")


@never_cache
@login_required
@chinese_first
@require_POST
def reply(request: HttpRequest, urge_id: UUID) -> HttpResponse:
    known = urges_visible_to(_reader(request)).filter(pk=urge_id).first()
    if known is None:
        return missing(request)
    try:
        body = written(ReplyBody, _wanted(), text=request.POST.get("text", ""))
        answer_urge(urge_id=urge_id, text=body.text, by=_reader(request))
    except DomainError as refused:
        return _show(request, known.case_id, refused, urge_id)
    return redirect(f"/centre/cases/{known.case_id}/urges")


def _wanted() -> str:
    return _("Say it in words, 2000 characters at most.")


def _show(
    request: HttpRequest, case_id: UUID, refused: DomainError | None = None, replied_to: UUID | None = None
) -> HttpResponse:
    reader = _reader(request)
    case = cases_visible_to(reader).filter(pk=case_id).first()
    if case is None:
        return missing(request)
    rows = urges_visible_to(reader).filter(case=case).select_related("case", "asked_by", "person", "replied_by")
    urges, today = list(rows.order_by("-pk")[:ROWS]), local_date(now())
    names = flow_names()[case.flow_id].nodes
    nodes = {node.pk: names.get(node.key, node.key) for node in Node.objects.filter(case=case).order_by("ordinal")}
    context = frame(
        request,
        officer=reader,
        case=case,
        lines=[
            (view, nodes.get(row.node_id, "") if row.node_id else "", _look(row, today), _may_reply(reader, row))
            for row, view in zip(urges, urge_views(urges), strict=True)
        ],
        may_urge=case.status != Case.Status.CLOSED and can_urge(reader, case),
        nodes=[(pk, nodes[pk]) for pk in _running(case)],
        fault=str(refused.message) if refused else "",
        replied_to=replied_to,
        typed=request.POST,
    )
    return render(request, "centre/urges.html", context, status=refused.status if refused else 200)


def _running(case: Case) -> list[UUID]:
    running = Node.objects.filter(case=case, state=Node.State.RUNNING)
    return list(running.order_by("ordinal", "chain").values_list("pk", flat=True))


def _look(row: Urge, today: date) -> Look:
    return urge_look(row.state, str(row.get_state_display()), row.reply_due_on, today)


def _may_reply(reader: Officer, row: Urge) -> bool:
    return row.state == Urge.State.OPEN and holds(reader, row.case_id, row.person_id)
