"""What the desk says to an alarm: seen, and what is being done; over, and how."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from server.centre.language import chinese_first
from server.centre.views import missing
from server.common.errors import DomainError
from server.people.models import Officer
from server.safety.services import acknowledge_alarm, close_alarm


@never_cache
@login_required
@chinese_first
@require_POST
def alarm_word(request: HttpRequest, alarm_id: UUID, word: str) -> HttpResponse:
    """One that ended meanwhile is left as it is: the bar shows it no more."""
    assert isinstance(request.user, Officer)
    done = request.POST.get("done", "").replace("\0", "")
    try:
        if word == "acknowledge":
            acknowledge_alarm(alarm_id=alarm_id, done=done, by=request.user)
        else:
            close_alarm(alarm_id=alarm_id, why=done, by=request.user)
    except DomainError as refusal:
        if refusal.status != 409:
            return missing(request)
    return redirect("/centre/")
