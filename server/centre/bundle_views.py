"""The bundle of a case from its page: one form, one file."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from server.bundle.answering import bundle_answer
from server.centre.language import chinese_first
from server.centre.views import missing
from server.common.errors import DomainError
from server.people.models import Officer


@never_cache
@login_required
@chinese_first
@require_POST
def export_case(request: HttpRequest, case_id: UUID) -> HttpResponseBase:
    """The zip; or back to the case with the reason why not."""
    assert isinstance(request.user, Officer)
    try:
        return bundle_answer(request, request.user, case_id, request.POST.get("reason", ""))
    except DomainError as refused:
        if refused.status == 404:
            return missing(request)
        return HttpResponseRedirect(f"/centre/cases/{case_id}?bundle={refused.code}")
