"""Limits that ask for an answer: a form in which the desk says that it has seen those of a cause, and what is done."""

from collections.abc import Mapping
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from server.cases.access import cases_visible_to
from server.cases.levels import Level
from server.centre.desk import flow_names
from server.centre.language import chinese_first
from server.centre.states import level_look
from server.centre.views import frame, missing
from server.common.errors import DomainError
from server.duty.access import keeps_desk
from server.duty.queries import unanswered
from server.duty.services import acknowledge_limits
from server.people.access import courts_watched_by
from server.people.models import Officer


@never_cache
@login_required
@chinese_first
@require_http_methods(["GET", "POST"])
def limits_page(request: HttpRequest) -> HttpResponse:
    """Of the cause and level in its address, which the alarms lead to; posted to, and without them, back to those."""
    assert isinstance(request.user, Officer)
    if not courts_watched_by(request.user):
        return missing(request)
    if request.method == "GET":
        return _show(request, request.user, request.GET) if _level(request.GET) else redirect("/centre/?by=cause")
    try:
        _acknowledge(request.user, request.POST)
    except DomainError as refused:
        return _show(request, request.user, request.POST, refused)
    return redirect("/centre/?by=cause")


def _acknowledge(reader: Officer, typed: Mapping[str, str]) -> None:
    level, case_id = _level(typed), _uuid(typed.get("case", ""))
    if level is None or (typed.get("case") and case_id is None):
        raise DomainError("validation_failed", 422, _("Choose a cause from the list of alarms."))
    acknowledge_limits(
        cause=typed.get("cause", ""), level=level, said=typed.get("said", ""), by=reader, case_id=case_id
    )


def _show(
    request: HttpRequest, reader: Officer, typed: Mapping[str, str], refused: DomainError | None = None
) -> HttpResponse:
    cause, level, case_id = typed.get("cause", ""), _level(typed), _uuid(typed.get("case", ""))
    nodes = unanswered(reader, cause=cause, level=level, case_id=case_id) if level else None
    names = {key: name for flow in flow_names().values() for key, name in flow.nodes.items()}
    context = frame(
        request,
        officer=reader,
        cause=cause,
        name=names.get(cause, ""),
        look=level_look(level) if level else None,
        case=cases_visible_to(reader).filter(pk=case_id).first() if case_id else None,
        waiting=nodes.order_by().values("case").distinct().count() if nodes is not None else 0,
        may=keeps_desk(reader),
        typed=typed,
        fault=str(refused.message) if refused else "",
    )
    return render(request, "centre/limits.html", context, status=refused.status if refused else 200)


def _level(typed: Mapping[str, str]) -> Level | None:
    return next((level for level in Level if level == typed.get("level")), None)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
