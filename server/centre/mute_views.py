"""Mutes of the desk: those that stand, until when and why; a form to make one, a button to end one."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from server.cases.access import cases_visible_to
from server.cases.case_no import CaseNoError, parse_case_no
from server.cases.levels import Level
from server.cases.models import Case
from server.centre.alarms import LEVELS
from server.centre.desk import flow_names
from server.centre.language import chinese_first
from server.centre.states import Look, level_look
from server.centre.views import frame, missing
from server.centre.written import written
from server.common.clock import SHANGHAI, now
from server.common.errors import DomainError
from server.duty.access import keeps_desk, named_case
from server.duty.decide import LONGEST, is_mutable
from server.duty.models import Mute
from server.duty.queries import past_mutes, standing_mutes
from server.duty.schemas import MuteDraft
from server.duty.services import end_mute, mute
from server.people.access import courts_watched_by
from server.people.models import Officer

PAST = 50


def _reader(request: HttpRequest) -> Officer:
    assert isinstance(request.user, Officer)
    return request.user


@never_cache
@login_required
@chinese_first
@require_http_methods(["GET", "POST"])
def mutes_page(request: HttpRequest) -> HttpResponse:
    """Posted to, one more, and back to the alarms."""
    if not courts_watched_by(_reader(request)):
        return missing(request)
    if request.method == "GET":
        return _show(request, request.GET)
    try:
        _made(request)
    except DomainError as refused:
        return _show(request, request.POST, refused)
    return redirect("/centre/?by=cause")


@never_cache
@login_required
@chinese_first
@require_POST
def end(request: HttpRequest, mute_id: UUID) -> HttpResponse:
    try:
        end_mute(mute_id=mute_id, by=_reader(request))
    except DomainError as refused:
        return missing(request) if refused.status == 404 else _show(request, {}, refused)
    return redirect("/centre/mutes")


def _made(request: HttpRequest) -> Mute:
    typed, reader = request.POST, _reader(request)
    body = written(
        MuteDraft,
        _("Give a reason, a level and an end."),
        cause=typed.get("cause", ""),
        level=typed.get("level", ""),
        reason=typed.get("reason", ""),
        until=_moment(typed.get("until", "")),
    )
    case = named_case(reader, _case_id(typed.get("case_no", "")))
    return mute(cause=body.cause, case=case, level=body.level, reason=body.reason, until=body.until, by=reader)


def _moment(typed: str) -> datetime | str:
    """As the court's wall shows it."""
    try:
        moment = datetime.fromisoformat(typed)
    except ValueError:
        return "-"
    return moment if moment.tzinfo else moment.replace(tzinfo=SHANGHAI)


def _case_id(typed: str) -> UUID | None:
    """Of a number in any writing. Raises DomainError 422 `validation_failed` for what is none of a case here."""
    if not typed.strip():
        return None
    try:
        number = parse_case_no(typed).canonical
    except CaseNoError:
        number = ""
    found = Case.objects.filter(case_no=number).values_list("pk", flat=True).first()
    if found is None:
        raise DomainError("validation_failed", 422, _("There is no case of this number."))
    return found


def _show(request: HttpRequest, typed: Mapping[str, str], refused: DomainError | None = None) -> HttpResponse:
    reader = _reader(request)
    names = {key: name for flow in flow_names().values() for key, name in flow.nodes.items()}
    asked = _uuid(typed.get("case", ""))
    case = cases_visible_to(reader).filter(pk=asked).first() if asked else None
    context = frame(
        request,
        officer=reader,
        standing=[_line(each, names) for each in standing_mutes(reader)],
        past=[_line(each, names) for each in past_mutes(reader, PAST)],
        may_mute=keeps_desk(reader),
        causes={key: name for key, name in names.items() if is_mutable(key)},
        levels=[(level.value, level_look(level)) for level in LEVELS],
        soonest=_local(now()),
        latest=_local(now() + LONGEST),
        until=typed.get("until") or _local(now() + timedelta(hours=8)),
        case_no=typed.get("case_no") or (case.case_no if case else ""),
        fault=str(refused.message) if refused else "",
        typed=typed,
    )
    return render(request, "centre/mutes.html", context, status=refused.status if refused else 200)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _local(moment: datetime) -> str:
    return moment.astimezone(SHANGHAI).strftime("%Y-%m-%dT%H:%M")


def _line(each: Mute, names: Mapping[str, str]) -> tuple[Mute, str, Look]:
    cause = names.get(each.cause, each.cause) if each.cause else _("All of the case")
    return each, cause, level_look(Level(each.level))
