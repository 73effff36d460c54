"""Urgent approvals: what was asked from the field, with a form to decide it for whoever may."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from server.centre.language import chinese_first
from server.centre.states import Look, approval_look
from server.centre.views import frame, missing
from server.centre.written import written
from server.common.errors import DomainError
from server.people.models import Officer
from server.teamwork.access import approvals_visible_to
from server.teamwork.approval_api import ApprovalView, Giving, shown_to
from server.teamwork.services import give_approval, refuse_approval
from server.teamwork.services.approving import kind_name, paper_title

PAGE = "/centre/approvals"


def _reader(request: HttpRequest) -> Officer:
    assert isinstance(request.user, Officer)
    return request.user


@never_cache
@login_required
@chinese_first
@require_GET
def approvals_page(request: HttpRequest) -> HttpResponse:
    """What waits in the cases the reader may see, or all of it."""
    return _show(request)


@never_cache
@login_required
@chinese_first
@require_POST
def decide(request: HttpRequest, approval_id: UUID) -> HttpResponse:
    reader = _reader(request)
    if not approvals_visible_to(reader).filter(pk=approval_id).exists():
        return missing(request)
    try:
        _decide(request, approval_id, reader)
    except DomainError as refused:
        return _show(request, refused)
    return redirect(f"{PAGE}?all=1#approval-{approval_id}")


def _decide(request: HttpRequest, approval_id: UUID, reader: Officer) -> None:
    post, wanted = request.POST, _("Say it in words, 1000 characters at most.")
    if post.get("word") == "refuse":
        refuse_approval(approval_id=approval_id, by=reader, said=post.get("said", ""))
        return
    names = ("title", "document_no", "signer", "said")
    said = written(Giving, wanted, **{name: post.get(name, "") for name in names})
    document = request.FILES.get("document")
    file = document if isinstance(document, UploadedFile) else None
    give_approval(approval_id=approval_id, by=reader, document=file, **said.dict())


def _show(request: HttpRequest, refused: DomainError | None = None) -> HttpResponse:
    is_all = "all" in request.GET
    asked = shown_to(_reader(request), waiting=not is_all)
    context = frame(
        request,
        officer=_reader(request),
        lines=[(each, _look(each), kind_name(each.act_kind), paper_title(each.act_kind)) for each in asked],
        is_all=is_all,
        fault=str(refused.message) if refused else "",
    )
    return render(request, "centre/approvals.html", context, status=refused.status if refused else 200)


def _look(asked: ApprovalView) -> Look:
    return approval_look(asked.state, is_overdue=asked.is_overdue)
