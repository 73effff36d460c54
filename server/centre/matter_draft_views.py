"""The draft of an errand for another court, from its case."""

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from server.cases.access import readable_case
from server.cases.models import Case
from server.centre.language import chinese_first
from server.centre.matter_page import kind_name, names_of
from server.centre.views import frame, missing
from server.centre.written import written
from server.common.errors import DomainError
from server.matters.kinds import catalogue
from server.matters.schemas import Asking
from server.matters.services import Asked, draft_matter
from server.people.models import Court, Officer


def _reader(request: HttpRequest) -> Officer:
    assert isinstance(request.user, Officer)
    return request.user


@never_cache
@login_required
@chinese_first
@require_http_methods(["GET", "POST"])
def draft_page(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Ask another court for something in a case."""
    try:
        case = readable_case(_reader(request), case_id)
    except DomainError:
        return missing(request)
    if request.method == "GET":
        return _draft(request, case)
    try:
        drafted = draft_matter(case=case, by=_reader(request), **_asked(request))
    except DomainError as refused:
        return _draft(request, case, refused)
    return redirect(f"/centre/matters/{drafted.matter.pk}")


def _asked(request: HttpRequest) -> dict[str, Any]:
    typed = request.POST
    members = {name: typed[name].strip() for name in names_of("members") if typed.get(name, "").strip()}
    names = ("kind", "to_court", "limit_days", "valid_until", "duty_phone", "papers_due_on")
    wanted = _("Choose the kind of matter and a court; days as days.")
    contact = {name: typed.get(f"contact_{name}", "").strip() for name in ("name", "phone")}
    body = written(
        Asking,
        wanted,
        **{name: typed.get(name, "") for name in names},
        request=members | ({"text": typed["text"].strip()} if typed.get("text", "").strip() else {}),
        contact={name: value for name, value in contact.items() if value},
        is_urgent="is_urgent" in typed,
    )
    court = Court.objects.filter(pk=body.to_court).first()
    if court is None:
        raise DomainError("matter_court_unfit", 422, _("An errand goes to another court."))
    return {"to_court": court, "asked": Asked(**body.dict(exclude={"to_court", "id"}))}


def _draft(request: HttpRequest, case: Case, refused: DomainError | None = None) -> HttpResponse:
    context = frame(
        request,
        officer=_reader(request),
        case=case,
        kinds={key: kind_name(key) for key in catalogue().kinds},
        courts=Court.objects.exclude(pk=case.court_id).order_by("code"),
        members=names_of("members"),
        fault=str(refused.message) if refused else "",
        typed=request.POST,
    )
    return render(request, "centre/matter_draft.html", context, status=refused.status if refused else 200)
