"""Limits that passed: the list, and one of them, on which its officer explains and a leader concludes."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from server.centre.language import chinese_first
from server.centre.states import finding_look
from server.centre.views import frame, missing
from server.centre.written import written
from server.common.errors import DomainError
from server.people.models import Officer
from server.supervision.access import can_conclude, findings_visible_to, holds
from server.supervision.models import Finding
from server.supervision.queries import page_of, with_all
from server.supervision.schemas import ConclusionBody, ExplanationBody
from server.supervision.services import conclude_finding, explain_finding
from server.supervision.shown import finding_views

ROWS = 50
WAITING = (Finding.State.OPEN, Finding.State.EXPLAINED)


def _reader(request: HttpRequest) -> Officer:
    assert isinstance(request.user, Officer)
    return request.user


@never_cache
@login_required
@chinese_first
@require_GET
def findings_page(request: HttpRequest) -> HttpResponse:
    reader, asked = _reader(request), request.GET.get("state", Finding.State.OPEN)
    state = asked if asked in Finding.State.values else str(Finding.State.OPEN)
    visible = findings_visible_to(reader)
    counted = dict(visible.order_by().values_list("state").annotate(number=Count("pk")))
    rows, following = page_of(with_all(visible), state, _uuid(request.GET.get("before", "")), ROWS)
    context = frame(
        request,
        officer=reader,
        state=state,
        tiles=[(each.value, finding_look(each, str(each.label)), counted.get(each.value, 0)) for each in Finding.State],
        findings=finding_views(rows),
        following=following,
    )
    return render(request, "centre/findings.html", context)


@never_cache
@login_required
@chinese_first
@require_GET
def finding_page(request: HttpRequest, finding_id: UUID) -> HttpResponse:
    return _show(request, finding_id)


@never_cache
@login_required
@chinese_first
@require_POST
def finding_word(request: HttpRequest, finding_id: UUID, word: str) -> HttpResponse:
    """Explain or conclude, then back to it; what cannot be said stands above the form with what was typed."""
    try:
        (_explain if word == "explain" else _conclude)(request, finding_id)
    except DomainError as refused:
        return _show(request, finding_id, refused)
    return redirect(f"/centre/findings/{finding_id}")


def _explain(request: HttpRequest, finding_id: UUID) -> None:
    wanted = _("Choose a cause and say in words why it is late.")
    typed = {name: request.POST.get(name, "") for name in ("cause", "explanation")}
    body = written(ExplanationBody, wanted, **typed)
    explain_finding(finding_id=finding_id, cause=body.cause, explanation=body.explanation, by=_reader(request))


def _conclude(request: HttpRequest, finding_id: UUID) -> None:
    typed = {name: request.POST.get(name, "") for name in ("conclusion", "note")}
    body = written(ConclusionBody, _("Choose a conclusion."), **typed)
    conclude_finding(finding_id=finding_id, conclusion=body.conclusion, note=body.note, by=_reader(request))


def _show(request: HttpRequest, finding_id: UUID, refused: DomainError | None = None) -> HttpResponse:
    reader = _reader(request)
    finding = with_all(findings_visible_to(reader)).filter(pk=finding_id).first()
    if finding is None:
        return missing(request)
    is_waiting = finding.state in WAITING
    context = frame(
        request,
        officer=reader,
        finding=finding_views([finding])[0],
        row=finding,
        look=finding_look(finding.state, str(finding.get_state_display())),
        may_explain=is_waiting and holds(reader, finding.case_id, finding.person_id),
        may_conclude=is_waiting and can_conclude(reader, finding),
        causes=Finding.Cause.choices,
        conclusions=Finding.Conclusion.choices,
        fault=str(refused.message) if refused else "",
        typed=request.POST,
    )
    return render(request, "centre/finding.html", context, status=refused.status if refused else 200)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
